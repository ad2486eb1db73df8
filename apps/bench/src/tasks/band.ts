/** Where the outcomes of a reference lie over its seeds. */
export interface Band {
  min: number;
  max: number;
  /** Unbiased. */
  std: number;
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function bandOf(values: readonly number[]): Band {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return { min: Math.min(...values), max: Math.max(...values), std: Math.sqrt(squares / (values.length - 1)) };
}

/** Whether a value lies in the band, widened by its standard deviation. */
export const isWithin = ({ min, max, std }: Band, value: number) => value >= min - std && value <= max + std;

export const describeBand = ({ min, max, std }: Band) => `${min.toFixed(3)} .. ${max.toFixed(3)} ± ${std.toFixed(3)}`;
