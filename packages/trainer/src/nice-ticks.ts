/** About `count` round numbers that enclose `from` to `to`. */
export function niceTicks(from: number, to: number, count: number): number[] {
  if (!(Number.isFinite(from) && Number.isFinite(to)) || to <= from)
    return [Math.min(from, 0) || 0, Math.max(to, 1) || 1];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const [first, last] = [Math.floor(from / step + 1e-9), Math.ceil(to / step - 1e-9)];
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
