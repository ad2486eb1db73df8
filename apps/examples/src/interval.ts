/** Wilson's 95 % interval of a share. */
export function interval(share: number, n: number): [number, number] {
  const z = 1.96;
  const center = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [center - half, center + half];
}
