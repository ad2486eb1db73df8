import { applyLora } from '@ashlar/lora';
import { estimatePpoMemory } from '@ashlar/ppo';
import type { MemoryEstimate } from '@ashlar/trainer';
import { Gpt2, Gpt2WithScore, type Gpt2Config } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { PpoConfig } from '../config/ppo-config.js';
import { largest, memoryRoom, tooLarge } from './memory-limit.js';

/** The models of PPO, and the longest question of all. */
export interface PpoSizes {
  policy: Gpt2Config;
  /** Of the reward model, which the value model starts from; null for a function, where it starts from the policy. */
  judge: Gpt2Config | null;
  /** Tokens of the longest question, as it is asked. */
  promptTokens: number;
}

/** What of PPO's settings decides on its memory. */
export type PpoMemorySettings = Pick<PpoConfig, 'batchSize' | 'minibatchSize' | 'maxNewTokens' | 'adapterRank'>;

/** Of the answers to judge, or of the questions that say how rewards are scaled: how many are computed at a time. */
export const atOnce = (batchSize: number): number => Math.min(32, batchSize);

/** How much memory PPO takes on the current backend, in bytes and by what they are for. Nothing is made or computed for it. */
export function ppoMemory({ policy, judge, promptTokens }: PpoSizes, settings: PpoMemorySettings): MemoryEstimate {
  const { batchSize: prompts, minibatchSize, maxNewTokens, adapterRank } = settings;
  const scorer = (config: Gpt2Config) => new Gpt2WithScore(new Gpt2(config));
  const models = () => {
    const adapted = new Gpt2(policy);
    if (adapterRank !== null) applyLora(adapted, { rank: adapterRank });
    const reward = judge && scorer(judge);
    return {
      policy: adapted,
      value: scorer(judge ?? policy),
      frozen: [...(reward ? [reward] : []), ...(adapterRank === null ? [new Gpt2(policy)] : [])],
      ...(reward && {
        judge: (rows: number, tokens: number) => reward.forward(tf.zeros([atOnce(rows), tokens], 'int32')),
      }),
    };
  };
  return estimatePpoMemory({ models, prompts, promptTokens, minibatchSize, maxNewTokens });
}

/**
 * Makes sure, before any work, that the current backend can hold PPO.
 *
 * @param loaded as `memoryRoom` takes it
 * @throws RangeError of one sentence with what is needed, what there is, and settings that would fit
 */
export function checkPpoMemory(sizes: PpoSizes, settings: PpoMemorySettings, loaded = 0): void {
  const room = memoryRoom(loaded);
  if (room === null) return;
  const peak = (changes: Partial<PpoMemorySettings>) => ppoMemory(sizes, { ...settings, ...changes }).peak;
  const needed = peak({});
  if (needed <= room) return;
  const fits = (changes: Partial<PpoMemorySettings>) => peak(changes) <= room;
  throw tooLarge('ppo: an iteration', { peak: needed, room, fitting: fittingSettings(settings, fits), of: 'ppo' });
}

/** Changes of settings, each enough by itself; smaller answers only where nothing else is. */
function fittingSettings(
  { batchSize, minibatchSize, maxNewTokens }: PpoMemorySettings,
  fits: (changes: Partial<PpoMemorySettings>) => boolean,
): string[] {
  const divisors = Array.from({ length: minibatchSize - 1 }, (_, i) => i + 1).filter((n) => batchSize % n === 0);
  const part = divisors[largest(divisors.length, (n) => fits({ minibatchSize: divisors[n - 1]! })) - 1];
  if (part !== undefined) return [`minibatchSize ${part}`];
  const rows = largest(batchSize - 1, (n) => fits({ batchSize: n, minibatchSize: 1 }));
  if (rows > 0) return [`batchSize ${rows} with minibatchSize 1`];
  const tokens = largest(maxNewTokens - 1, (n) => fits({ batchSize: 1, minibatchSize: 1, maxNewTokens: n }));
  return tokens > 0 ? [`maxNewTokens ${tokens} with batchSize 1 and minibatchSize 1`] : [];
}
