import type { FileStore } from '@ashlar/checkpoint';
import { evaluationBatches, TokenDataset } from '@ashlar/data';
import { parameters } from '@ashlar/nn';
import { AdamW, nanoGptSchedule } from '@ashlar/optim';
import { Gpt2, gpt2ToHuggingFace } from '@ashlar/transformer';
import {
  microBatches,
  nextTokenObjective,
  Run,
  train,
  type ExistingRun,
  type TokenBatch,
  type TrainEvent,
  type TrainOptions,
} from '../src/index.js';

export const contextLength = 4;
const vocabSize = 5;
/** A pattern that is learnt within a few steps. */
const ids = Int32Array.from({ length: 60 }, (_, i) => (i * i + 1) % vocabSize);

export const tinyModel = ({ dropout = 0 }: { dropout?: number } = {}) =>
  new Gpt2({ vocabSize, contextLength, hiddenSize: 4, numLayers: 1, numHeads: 2, dropout }, { seed: 7 });

export function* heldOutBatches(): Generator<TokenBatch> {
  for (const batch of evaluationBatches(ids.subarray(40), { contextLength, batchSize: 3 })) yield* microBatches(batch);
}

export interface TinyOptions extends Partial<Omit<TrainOptions<Gpt2>, 'model' | 'run'>> {
  store?: FileStore;
  existing?: ExistingRun;
  dropout?: number;
  /** Further settings of the run's config. */
  config?: Record<string, number>;
}

/** A training of 8 steps that takes milliseconds: evaluated every 2, with a run if there is a store. */
export async function* tinyTraining(options: TinyOptions = {}): AsyncGenerator<TrainEvent> {
  const { store, existing = 'resume', dropout = 0, config, ...over } = options;
  const run = store && (await Run.open(store, '', { config: { steps: 8, ...config }, existing }));
  const data = new TokenDataset(ids.subarray(0, 40), { contextLength });
  using model = tinyModel({ dropout });
  const optimizer = new AdamW(parameters(model));
  try {
    yield* train({
      model,
      optimizer,
      objective: nextTokenObjective,
      steps: 8,
      batches: (step) => microBatches(data.batch(step, 4, 1)),
      schedule: nanoGptSchedule({ learningRate: 0.05, warmupSteps: 2, decaySteps: 8 }),
      evaluation: { every: 2, batches: heldOutBatches, bytes: 19, probe: async (step) => ({ probed: step }) },
      exportModel: gpt2ToHuggingFace,
      baseline: { loss: Math.log(vocabSize), label: 'guessing' },
      ...(run && { run }),
      ...over,
    });
  } finally {
    optimizer.dispose();
  }
}

/** All events of a training. */
export async function eventsOf(options: TinyOptions = {}): Promise<TrainEvent[]> {
  const events: TrainEvent[] = [];
  for await (const event of tinyTraining(options)) events.push(event);
  return events;
}

/** Every file of a store that must not depend on interruptions, as text that compares fast. */
export async function lastingFiles(store: FileStore): Promise<Map<string, string>> {
  // temporary files of a killed write are the store's business, times are times
  const paths = (await store.list()).filter((path) => path !== 'timings.jsonl' && !path.endsWith('.partial'));
  const text = async (path: string) => Buffer.from((await store.read(path))!).toString('latin1');
  return new Map(await Promise.all(paths.map(async (path) => [path, await text(path)] as const)));
}
