/** The quantile `q` of `values` by linear interpolation; NaN where there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** Median and spread of times, in milliseconds. */
export interface Times {
  /** What it takes when nothing else runs, nearly. */
  min: number;
  median: number;
  p10: number;
  p90: number;
}

export const timesOf = (ms: readonly number[]): Times => ({
  min: quantile(ms, 0),
  median: median(ms),
  p10: quantile(ms, 0.1),
  p90: quantile(ms, 0.9),
});

/** How many times slower something is: the ratio of each round, its median and range. */
export interface Ratio {
  median: number;
  min: number;
  max: number;
}

/** How many times slower `rounds` is than `base`: the ratio of the medians of each round. */
export function ratioOf(rounds: readonly number[][], base: readonly number[][]): Ratio {
  const ratios = rounds.map((ms, i) => median(ms) / median(base[i] ?? []));
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) };
}
