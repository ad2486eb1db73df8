/** `1,234,567` */
export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

/** How to write numbers of the size of `largest`, and in which unit: `161.7` of `million`, or `27.4` of `thousand`. */
export function scaled(largest: number): [inUnit: (value: number) => string, unit: string] {
  const [size, unit] = largest >= 1e6 ? ([1e6, 'million'] as const) : ([1e3, 'thousand'] as const);
  return [(value) => (value / size).toFixed(1), unit];
}

/** `1.23`, never `-0.00` */
export const fixed = (value: number): string => value.toFixed(2).replace(/^-0\.00$/, '0.00');

/** `1:05`, `2:03:04` */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Columns of equal width; numbers, which end a row, are set to the right. */
export function table(rows: readonly (readonly string[])[], alignRight: readonly number[] = []): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        alignRight.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A text indented, for showing what a model wrote. */
export const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `  | ${line}`.trimEnd())
    .join('\n');
