/** Pearson's correlation of pairs of numbers. */
export function correlation(pairs: readonly (readonly [x: number, y: number])[]): number {
  const [x, y] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => pairs.reduce((total, _, i) => total + f(i), 0);
  const products = sum((i) => (x[i]! - mx) * (y[i]! - my));
  return products / Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of a sample (unbiased variance). */
export function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Different pairs of neighbours, as a share of all (Li et al. 2016, arXiv 1510.03055). */
export function distinct2(sequences: readonly (readonly number[])[]): number {
  const seen = new Set<string>();
  let all = 0;
  for (const ids of sequences) for (let i = 1; i < ids.length; i++, all++) seen.add(`${ids[i - 1]} ${ids[i]}`);
  return all === 0 ? 0 : seen.size / all;
}
