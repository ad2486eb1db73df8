/** Wilson's 95 % interval of a share of `hits` in `count`. */
export function shareInterval(hits: number, count: number): { share: number; low: number; high: number } {
  const z = 1.959964;
  const share = hits / count;
  const centre = share + z ** 2 / (2 * count);
  const spread = z * Math.sqrt((share * (1 - share)) / count + z ** 2 / (4 * count ** 2));
  const scale = 1 + z ** 2 / count;
  return { share, low: (centre - spread) / scale, high: (centre + spread) / scale };
}

/** Pearson's. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  const [dx, dy] = [(i: number) => x[i]! - mx, (i: number) => y[i]! - my];
  return sum((i) => dx(i) * dy(i)) / Math.sqrt(sum((i) => dx(i) ** 2) * sum((i) => dy(i) ** 2));
}
