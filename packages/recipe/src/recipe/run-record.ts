import { joinPath, type FileStore } from '@ashlar/checkpoint';
import { mean } from '../report/statistics.js';

/** What the runs of a stage recorded, from its first step on, whatever process did it. */
async function lines(store: FileStore, folder: string, file: string): Promise<Record<string, number>[]> {
  const bytes = (await store.read(joinPath(folder, file))) ?? new Uint8Array();
  const complete = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  return complete.map((line) => JSON.parse(line) as Record<string, number>);
}

/** Held-out losses of a run, the one before training first. */
export async function heldOutLosses(store: FileStore, folder: string): Promise<number[]> {
  return (await lines(store, folder, 'metrics.jsonl')).flatMap((line) => line['eval_loss'] ?? []);
}

/** Seconds that the steps of a run took so far. */
export async function secondsOfSteps(store: FileStore, folder: string): Promise<number> {
  const times = await lines(store, folder, 'timings.jsonl');
  return times.reduce((sum, { milliseconds = 0 }) => sum + milliseconds, 0) / 1000;
}

/** What a run of PPO recorded, iteration by iteration. */
export interface PpoMetrics {
  /** Of all answers. */
  tokens: number;
  /** Mean reward. */
  scores: number[];
  /** Nats an answer. */
  kl: number[];
}

export async function ppoMetrics(store: FileStore, folder: string): Promise<PpoMetrics> {
  const steps = await lines(store, folder, 'metrics.jsonl');
  return {
    tokens: steps.reduce((sum, step) => sum + step['num_tokens']!, 0),
    scores: steps.map((step) => step['objective/scores']!),
    kl: steps.map((step) => step['objective/kl']!),
  };
}

/** Mean of the last tenth. */
export const ending = (values: readonly number[]): number => mean(values.slice(Math.floor(0.9 * values.length)));
