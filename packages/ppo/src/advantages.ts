import { maskedMean, type Grid } from './grid.js';

export interface AdvantageOptions {
  /** Discount of what comes later. @default 1 */
  gamma?: number;
  /** Between one step ahead (0) and the whole rest (1). @default 0.95 */
  lambda?: number;
}

/**
 * Generalized advantage estimation (Schulman et al. 2016, arXiv 1506.02438): backwards over each row,
 * `delta = reward + gamma * next value - value`, `advantage = delta + gamma * lambda * next advantage`. After the end of a
 * row value and advantage are 0.
 *
 * @param rewards of each token
 * @param values of the state that each token is chosen in
 * @returns advantages, and returns (advantage + value), both 0 where the mask is
 */
export function generalizedAdvantages(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { rows, columns, mask }: Grid,
  { gamma = 1, lambda = 0.95 }: AdvantageOptions = {},
): { advantages: Float64Array; returns: Float64Array } {
  const advantages = new Float64Array(rows * columns);
  const returns = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let [nextValue, nextAdvantage] = [0, 0];
    for (let i = (row + 1) * columns - 1; i >= row * columns; i--) {
      if (!mask[i]) continue;
      const delta = rewards[i]! + gamma * nextValue - values[i]!;
      advantages[i] = nextAdvantage = delta + gamma * lambda * nextAdvantage;
      returns[i] = nextAdvantage + values[i]!;
      nextValue = values[i]!;
    }
  }
  return { advantages, returns };
}

/**
 * Scales to variance 1 (unbiased, over what the mask leaves, plus 1e-8) and shifts to mean 0; where the mask is 0 so is
 * the result.
 *
 * @param options.shiftMean `false` keeps the mean, as for rewards. @default true
 */
export function whiten(
  values: ArrayLike<number>,
  grid: Grid,
  { shiftMean = true }: { shiftMean?: boolean } = {},
): Float64Array {
  const { mask } = grid;
  const center = maskedMean(values, grid);
  const squares = Float64Array.from(mask, (_, i) => (values[i]! - center) ** 2);
  const count = mask.reduce((sum, one) => sum + one, 0);
  const variance = count > 1 ? (maskedMean(squares, grid) * count) / (count - 1) : 0;
  const scale = 1 / Math.sqrt(variance + 1e-8);
  return Float64Array.from(mask, (one, i) => (one ? (values[i]! - center) * scale + (shiftMean ? 0 : center) : 0));
}
