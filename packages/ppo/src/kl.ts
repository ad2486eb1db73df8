/** How dearly the policy pays for leaving the reference. */
export interface KlOptions {
  /** What a nat costs; the first value where it adapts. @default 0.05 */
  coefficient?: number;
  /** Nats a response that the coefficient is steered towards (Ziegler et al. 2019, 2.2). @default null, it is fixed */
  target?: number | null;
  /** Responses over which it moves by its own size. @default 10000 */
  horizon?: number;
}

/**
 * The coefficient after a batch: `coefficient * (1 + error * batchSize / horizon)`, where the error is
 * `kl / target - 1`, at most 0.2 in size.
 *
 * @param kl mean over the batch of the sum over tokens, in nats
 */
export function adaptKlCoefficient(
  coefficient: number,
  kl: number,
  { target, horizon, batchSize }: { target: number; horizon: number; batchSize: number },
): number {
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
  return coefficient * (1 + (error * batchSize) / horizon);
}

/**
 * Schulman's estimators of a KL divergence from samples of the policy, for `log policy - log reference`: k1 is unbiased,
 * k2 has less variance, k3 has both and is never negative (http://joschu.net/blog/kl-approx.html).
 */
export const klEstimators = {
  k1: (logRatio: number): number => logRatio,
  k2: (logRatio: number): number => logRatio ** 2 / 2,
  k3: (logRatio: number): number => Math.expm1(-logRatio) + logRatio,
};
