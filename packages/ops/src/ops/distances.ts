import { check } from './shapes.js';

export interface DistanceOptions {
  /** Position of query 0 on the key axis. @default keySeq - seq */
  queryOffset?: number;
}

/**
 * How far a key stands behind a query, for each diagonal of `[seq, keySeq]` in the order of attention's `distanceBias`:
 * from key 0 and the last query to the last key and query 0.
 */
export function distances(
  op: string,
  seq: number,
  keySeq: number,
  { queryOffset = keySeq - seq }: DistanceOptions,
): number[] {
  check(
    Number.isInteger(seq) && Number.isInteger(keySeq) && seq > 0 && keySeq > 0 && Number.isInteger(queryOffset),
    () =>
      `${op}: seq (${seq}) and keySeq (${keySeq}) must be whole numbers from 1, queryOffset (${queryOffset}) a whole number`,
  );
  return Array.from({ length: seq + keySeq - 1 }, (_, d) => d - (seq - 1) - queryOffset);
}
