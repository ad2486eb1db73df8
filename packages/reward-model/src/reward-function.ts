import type { RewardScale } from './normalize.js';
import type { ScoreModel } from './model.js';
import { scoreSequences, type ScoreOptions } from './score-sequences.js';

/** What is judged: the ids of a prompt and of what was written after it. */
export interface Judged {
  prompt: readonly number[];
  completion: readonly number[];
}

/** A reward model as the reward function that PPO takes: each score is that of prompt and completion, on a scale. */
export function rewardFunction(
  model: ScoreModel,
  { scale = { gain: 1, bias: 0 }, ...options }: ScoreOptions & { scale?: RewardScale } = {},
): (samples: readonly Judged[]) => Promise<number[]> {
  return async (samples) => {
    const sequences = samples.map(({ prompt, completion }) => [...prompt, ...completion]);
    const scores = await scoreSequences(model, sequences, options);
    return Array.from(scores, (score) => scale.gain * score + scale.bias);
  };
}
