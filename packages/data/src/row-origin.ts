/** Under which a row carries where it came from; shared by copies of this package, and not seen by JSON or loops. */
const origin = Symbol.for('@ashlar/data/origin');

/** Notes on a row where it came from: `pairs.jsonl, line 3`. */
export function rememberOrigin<Row extends object>(row: Row, where: string): Row {
  return Object.defineProperty(row, origin, { value: where });
}

/** Where a row came from; null where it was not read from a file. */
export function originOf(row: object): string | null {
  return (row as { [origin]?: string })[origin] ?? null;
}

/** A row made out of another, which keeps the other's origin. */
export function withOriginOf<Row extends object>(source: object, row: Row): Row {
  const where = originOf(source);
  return where === null || row === source ? row : rememberOrigin(row, where);
}
