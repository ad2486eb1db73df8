import type { CrossEntropyOptions } from '../../ops/cross-entropy.js';

/** The error function in float64: its series near 0, the continued fraction of its complement elsewhere. */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  if (x > 6) return 1;
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18; n++) {
      term *= -(x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return 1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction));
}

/** Activation functions in float64, by their Hugging Face name. */
export const activations: Record<string, (x: number) => number> = {
  none: (x) => x,
  gelu: (x) => 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
  // 0.5 (1 + tanh(u)) = 1 / (1 + exp(-2u))
  gelu_new: (x) => x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  relu: (x) => Math.max(x, 0),
  silu: (x) => x / (1 + Math.exp(-x)),
};

/** Log of the sum of exponentials. */
export function logSumExp(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!); // NaN if any is
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}

/** Cross entropy of one row of logits against its target. */
export function lossOf(
  logits: ArrayLike<number>,
  target: number,
  { labelSmoothing = 0, zLoss = 0 }: CrossEntropyOptions,
): number {
  const total = logSumExp(logits);
  let loss = total - logits[target]!;
  if (labelSmoothing > 0) {
    let sum = 0;
    for (let i = 0; i < logits.length; i++) sum += logits[i]!;
    loss = (1 - labelSmoothing) * loss + labelSmoothing * (total - sum / logits.length);
  }
  return loss + zLoss * total ** 2;
}
