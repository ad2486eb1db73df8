/** Brings scores to a common scale: `gain * score + bias`. */
export interface RewardScale {
  gain: number;
  bias: number;
}

/**
 * The scale on which the given scores have mean 0 and standard deviation 1 (Ziegler et al. 2019, 2.2). Give it the scores of
 * what the policy writes before PPO.
 *
 * @throws RangeError for fewer than two scores, or scores that are all equal
 */
export function normalizeRewards(scores: ArrayLike<number>): RewardScale {
  const values = Array.from(scores);
  const mean = values.reduce((sum, score) => sum + score, 0) / values.length;
  const variance = values.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (values.length - 1);
  if (!(variance > 0 && variance < Infinity))
    throw new RangeError(`normalizeRewards: ${values.length} scores of variance ${variance} have no scale`);
  const gain = 1 / Math.sqrt(variance);
  return { gain, bias: -gain * mean };
}
