/** What every competitor is given: one small GPT, its initial weights, and the batches of every step. */
export interface Job {
  model: {
    vocabSize: number;
    contextLength: number;
    hiddenSize: number;
    numLayers: number;
    numHeads: number;
    /** Whether linears and norms add one. */
    bias: boolean;
  };
  batchSize: number;
  optimizer: { betas: [number, number]; eps: number; weightDecay: number; maxGradNorm: number };
  /** Where each parameter lies in `weights.bin`, in floats; matrices are `[out, in]`, the head is `wte.weight`. */
  parameters: { path: string; shape: number[]; offset: number }[];
  /** The text as token ids. */
  ids: number[];
}

/** One training step: its learning rate, and where the rows of its batch start in the text. */
export interface Step {
  learningRate: number;
  offsets: number[];
}

/** Row-major `[batchSize, contextLength]` token ids, and the same shifted by one. */
export interface Batch {
  inputIds: Int32Array;
  targets: Int32Array;
}

/** Cuts the rows of `step` out of the text. */
export function batchOf(job: Job, step: Step): Batch {
  const { contextLength } = job.model;
  const rows = (shift: number) =>
    Int32Array.from(step.offsets.flatMap((o) => job.ids.slice(o + shift, o + shift + contextLength)));
  return { inputIds: rows(0), targets: rows(1) };
}
