import type { RewardFunction, Sample } from './options.js';

/**
 * What a reward function says of samples.
 *
 * @param where is named in what is thrown, such as `iteration 3`
 * @throws Error of one sentence when it throws, or gives another number of rewards, or one that is not finite
 */
export async function judge(reward: RewardFunction, samples: readonly Sample[], where: string): Promise<number[]> {
  let given: ArrayLike<number>;
  try {
    given = await reward(samples);
  } catch (error) {
    throw new Error(`${where}: the reward function failed: ${(error as Error).message}`, { cause: error });
  }
  const scores = Array.from(given ?? []);
  if (scores.length !== samples.length)
    throw new Error(`${where}: the reward function gave ${scores.length} rewards for ${samples.length} samples`);
  const wrong = scores.findIndex((score) => !Number.isFinite(score));
  if (wrong < 0) return scores;
  const { completion, completionText } = samples[wrong]!;
  const what = completionText === undefined ? `ids [${completion.join(', ')}]` : JSON.stringify(completionText);
  throw new Error(`${where}: the reward function gave ${scores[wrong]} for sample ${wrong}, ${what}`);
}
