import { countMemory, type Held } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';

/** Bytes that are held at the moment of a training when it is most. */
export interface MemoryEstimate {
  /** Of all models, trained or not. */
  parameters: number;
  /** Of the parameters: those that are complete by then, and with several micro-batches the sums so far. */
  gradients: number;
  /**
   * What the optimizer keeps: for AdamW two values for each trained parameter. Where it runs as a reference (not on wasm), also
   * what its update computes.
   */
  optimizer: number;
  /**
   * What the forward pass keeps for the backward pass (the inputs of norms and projections, queries, keys and values, what
   * goes into and comes out of the activation; with gradient checkpointing the inputs of blocks, and all of one block), the
   * gradients on their way through it, the batch, and a cache where answers are sampled.
   */
  activations: number;
  /** Of the vocabulary's width: logits, and their gradient or probabilities. */
  logits: number;
  /** What kernels need for the time of a call, such as the packed operands of a matrix product. */
  scratch: number;
  /** All of them. */
  peak: number;
}

/** What is being done, so that what it takes is counted under its name; `step` is all that is computed. */
export type MemoryPhase = 'parameters' | 'optimizer' | 'step';

/** What a training was of: what is trained, by path, and how many tokens there are. */
export interface CountedTraining {
  trained: ReadonlyMap<string, tf.Variable>;
  vocabSize: number | undefined;
}

/**
 * How much memory a training takes on the current backend, by what it is for. Nothing is computed.
 *
 * @param run does once all that a training does, as `countMemory` of `@ashlar/ops` asks, and says before each part which it is
 */
export function countTraining(run: (phase: (name: MemoryPhase) => void) => CountedTraining): MemoryEstimate {
  let training: CountedTraining | undefined;
  const { bytes: peak, held } = countMemory((phase) => void (training = run(phase)));
  const { trained, vocabSize } = training!;
  const trainedShapes = new Set([...trained.values()].map(({ shape }) => String(shape)));
  const term = ({ shape, phase, recorded }: Held): Exclude<keyof MemoryEstimate, 'peak'> => {
    if (shape === null) return 'scratch';
    if (phase !== 'step') return phase as 'parameters' | 'optimizer';
    if (!recorded && trainedShapes.has(String(shape))) return 'gradients';
    return shape.length > 1 && shape.at(-1) === vocabSize ? 'logits' : 'activations';
  };
  const estimate = { parameters: 0, gradients: 0, optimizer: 0, activations: 0, logits: 0, scratch: 0, peak };
  for (const block of held) estimate[term(block)] += block.bytes;
  return estimate;
}
