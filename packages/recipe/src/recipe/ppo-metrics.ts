import { joinPath, type FileStore } from '@ashlar/checkpoint';
import { mean } from '../report/statistics.js';

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
  const bytes = (await store.read(joinPath(folder, 'metrics.jsonl'))) ?? new Uint8Array();
  const lines = new TextDecoder().decode(bytes).split('\n').filter(Boolean);
  const steps = lines.map((line) => JSON.parse(line) as Record<string, number>);
  return {
    tokens: steps.reduce((sum, step) => sum + step['num_tokens']!, 0),
    scores: steps.map((step) => step['objective/scores']!),
    kl: steps.map((step) => step['objective/kl']!),
  };
}

/** Mean of the last tenth. */
export const ending = (values: readonly number[]): number => mean(values.slice(Math.floor(0.9 * values.length)));
