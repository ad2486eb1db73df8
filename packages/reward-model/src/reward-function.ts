import type { RewardScale } from './normalize.js';
import type { ScoreModel } from './model.js';
import { scoreSequences, type ScoreOptions } from './score-sequences.js';

/** What is judged: the ids of a prompt and of what was written after it. */
export interface Judged {
  prompt: readonly number[];
  /** Ids up to and with EOS. */
  completion: readonly number[];
  promptText?: string;
  completionText?: string;
}

export interface RewardFunctionOptions extends ScoreOptions {
  /** From `normalizeRewards`. @default scores as they are */
  scale?: RewardScale;
  /** The ids to score, where the reward model has a tokenizer of its own. @default those of prompt and completion */
  encode?: (sample: Judged) => ArrayLike<number>;
}

/** A reward model as the reward function that PPO takes: each score is that of prompt and completion, on a scale. */
export function rewardFunction(
  model: ScoreModel,
  {
    scale = { gain: 1, bias: 0 },
    encode = ({ prompt, completion }) => [...prompt, ...completion],
    ...options
  }: RewardFunctionOptions = {},
): (samples: readonly Judged[]) => Promise<number[]> {
  return async (samples) => {
    const scores = await scoreSequences(model, samples.map(encode), options);
    return Array.from(scores, (score) => scale.gain * score + scale.bias);
  };
}
