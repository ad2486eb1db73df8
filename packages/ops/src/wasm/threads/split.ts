/** From the first unit up to the last, which is not included. */
export type Range = readonly [from: number, to: number];

export interface SplitOptions {
  /** Where a range may begin: at multiples of this. @default 1 */
  multiple?: number;
  /** Units of a range, at least, where there are as many. @default `multiple` */
  least?: number;
}

/** Cuts `total` units into at most `parts` ranges of about the same length. */
export function split(total: number, parts: number, { multiple = 1, least = multiple }: SplitOptions = {}): Range[] {
  const count = Math.max(1, Math.min(parts, Math.floor(total / least)));
  if (count === 1) return [[0, total]];
  const edges = Array.from({ length: count + 1 }, (_, i) =>
    i === count ? total : Math.round((i * total) / count / multiple) * multiple,
  );
  const ranges = edges.slice(1).map((to, i) => [edges[i]!, to] as const);
  return ranges.filter(([from, to]) => from < to);
}
