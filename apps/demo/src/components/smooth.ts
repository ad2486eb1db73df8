/**
 * Exponential moving average without the pull of a start value (the bias correction of Adam).
 *
 * @param weight of the past, in [0, 1). @default 0.9
 */
export function smooth(values: readonly number[], weight = 0.9): number[] {
  let average = 0;
  return values.map((value, i) => {
    average = weight * average + (1 - weight) * value;
    return average / (1 - weight ** (i + 1));
  });
}
