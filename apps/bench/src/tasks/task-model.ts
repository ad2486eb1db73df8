import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { encodeSafetensors } from '@ashlar/checkpoint';
import { TokenDataset, type TokenIds } from '@ashlar/data';
import { loadCorpus } from '@ashlar/data/node';
import {
  hostStateDict,
  initialize,
  Linear,
  Module,
  parameters,
  stateDict,
  type ForwardOptions,
  type LanguageModel,
} from '@ashlar/nn';
import { AdamW } from '@ashlar/optim';
import { characterTokenizer, type Tokenizer } from '@ashlar/tokenizer';
import { microBatches, nextTokenObjective, train, type TrainOptions } from '@ashlar/trainer';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';

/** Tokens of a training row; the context is 64. */
export const ROW_LENGTH = 48;
const PRETRAINING_STEPS = 1500;
const CONTEXT_LENGTH = 64;

/** The model of the small tasks, 112,512 parameters over 65 characters: `tooling/reference/task_model.py` is the same. */
export class TaskModel extends Module implements LanguageModel {
  readonly config: { readonly vocabSize: number; readonly contextLength: number };
  transformer: Gpt2;
  /** Its head is its own, where GPT-2's is the token embedding. */
  lmHead: Linear;

  constructor(vocabSize: number, { seed }: { seed: number }) {
    super();
    const sizes = { vocabSize, contextLength: CONTEXT_LENGTH, hiddenSize: 64, numLayers: 2, numHeads: 4 };
    this.config = sizes;
    this.transformer = new Gpt2({ ...sizes, activation: 'gelu' }, { seed });
    this.lmHead = new Linear(sizes.hiddenSize, vocabSize, { bias: false });
    initialize(this, { seed });
    // all weights start with the same deviation: GPT-2 divides that of these by sqrt(2 * numLayers)
    for (const [path, weight] of stateDict(this.transformer))
      if (path.endsWith('c_proj.weight')) tf.tidy(() => weight.assign(tf.mul(weight, Math.sqrt(2 * sizes.numLayers))));
  }

  forward(tokens: tf.Tensor, { logitsToKeep, ...options }: ForwardOptions = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = this.transformer.hidden(tokens, options);
      const last = logitsToKeep === undefined ? x : tf.slice(x, [0, Math.max(0, x.shape[1]! - logitsToKeep), 0]);
      return this.lmHead.forward(last);
    });
  }

  createCache(...args: Parameters<Gpt2['createCache']>) {
    return this.transformer.createCache(...args);
  }
}

/** Tiny Shakespeare and its characters. */
export async function shakespeare(): Promise<{ text: string; tokenizer: Tokenizer }> {
  const text = await loadCorpus('tinyshakespeare');
  return { text, tokenizer: characterTokenizer(text) };
}

interface TextTraining<M extends Module & LanguageModel> extends Pick<
  TrainOptions<M>,
  'model' | 'optimizer' | 'steps' | 'schedule' | 'maxGradNorm'
> {
  /** Tokens of a row. @default 48 */
  rowLength?: number;
  /** @default 32 */
  batchSize?: number;
}

/** `steps` of `batchSize` random rows of a text. */
export async function trainOnText<M extends Module & LanguageModel>(
  ids: TokenIds,
  seed: number,
  { rowLength = ROW_LENGTH, batchSize = 32, ...options }: TextTraining<M>,
): Promise<void> {
  const dataset = new TokenDataset(ids, { contextLength: rowLength });
  const batches = (step: number) => microBatches(dataset.batch(step, batchSize, seed));
  for await (const event of train({ ...options, objective: nextTokenObjective, batches })) void event;
}

/** The model after 1,500 steps on Tiny Shakespeare: loss about 1.8. */
export async function pretrained({
  seed,
}: {
  seed: number;
}): Promise<{ model: TaskModel; tokenizer: Tokenizer; text: string }> {
  const { text, tokenizer } = await shakespeare();
  const model = new TaskModel(tokenizer.vocabSize, { seed });
  // torch's AdamW as it comes
  const optimizer = new AdamW(parameters(model), { betas: [0.9, 0.999], weightDecay: 0.01, decay: () => true });
  await trainOnText(tokenizer.encode(text), seed, {
    model,
    optimizer,
    steps: PRETRAINING_STEPS,
    schedule: () => 1e-3,
    maxGradNorm: null,
  });
  optimizer.dispose();
  return { model, tokenizer, text };
}

/**
 * The model that all runs of a task start from, PyTorch's too: it is handed over as a file (`ASHLAR_TASK_MODEL`), and known
 * by its hash.
 */
export async function sharedStart(task: string, { modelSha256 }: { modelSha256: string }) {
  const start = await pretrained({ seed: 0 });
  const file = encodeSafetensors(await hostStateDict(start.model));
  const path = process.env['ASHLAR_TASK_MODEL'];
  if (path) await writeFile(path, file);
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (!path && sha256 !== modelSha256)
    throw new Error(
      `the pretrained model's SHA-256 is ${sha256}, not the reference's: run with ASHLAR_TASK_MODEL=FILE, then tooling/reference/${task}_task.py FILE`,
    );
  return start;
}
