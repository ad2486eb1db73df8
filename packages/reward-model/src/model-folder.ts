import {
  gpt2WithScoreFromHuggingFace,
  gpt2WithScoreToHuggingFace,
  type Gpt2WithScore,
  type HuggingFaceModel,
} from '@ashlar/transformer';
import type { RewardScale } from './normalize.js';

/** What a reward model's folder holds, loaded. */
export interface LoadedRewardModel {
  model: Gpt2WithScore;
  /** `{ gain: 1, bias: 0 }` where none was saved, as in folders of other programs. */
  scale: RewardScale;
  /** null where the config names none. */
  padTokenId: number | null;
}

/** In `config.json`. Python keeps the key and leaves the scores as they are: a biasless head has no place for a scale. */
const KEY = 'ashlar_reward_scale';

/**
 * A reward model for `saveHuggingFace`: what Python opens as `GPT2ForSequenceClassification`, with its scale in
 * `config.json` under `ashlar_reward_scale`.
 *
 * @param options.padTokenId what rows are filled up with; Python reads the score at the last token before it
 */
export async function rewardModelToHuggingFace(
  model: Gpt2WithScore,
  { padTokenId, scale = { gain: 1, bias: 0 } }: { padTokenId: number; scale?: RewardScale },
): Promise<HuggingFaceModel> {
  const { config, tensors } = await gpt2WithScoreToHuggingFace(model, { padTokenId });
  return { config: { ...config, [KEY]: { gain: scale.gain, bias: scale.bias } }, tensors };
}

/**
 * Makes a reward model from the contents of a folder.
 *
 * @throws Error of one sentence for a scale that is none, or as `gpt2WithScoreFromHuggingFace` does
 */
export function rewardModelFromHuggingFace(folder: HuggingFaceModel): LoadedRewardModel {
  const { gain = NaN, bias = NaN } = (folder.config[KEY] ?? { gain: 1, bias: 0 }) as Partial<RewardScale>;
  if (!(Number.isFinite(gain) && Number.isFinite(bias)))
    throw new Error(`config.json: ${KEY} is ${JSON.stringify(folder.config[KEY])}, not a gain and a bias`);
  const padTokenId = folder.config['pad_token_id'];
  return {
    model: gpt2WithScoreFromHuggingFace(folder),
    scale: { gain, bias },
    padTokenId: typeof padTokenId === 'number' ? padTokenId : null,
  };
}
