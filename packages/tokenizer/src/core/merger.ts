import type { ByteBuffer } from './byte-buffer.js';

/** Pieces up to this many bytes are merged by scanning for the lowest rank again and again. */
export const SHORT = 100;

/** Merges the bytes of one piece into tokens. */
export interface Merger {
  /** Writes the ids of `[start, end)` to `out` from `at`, which has room for one id a byte; returns where they end. */
  merge(buffer: ByteBuffer, start: number, end: number, out: Int32Array, at: number): number;
}

/** One id a byte; bytes without a token are left out. */
export function bytesToIds(
  byteIds: Int32Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  ids: Int32Array,
): number {
  let n = 0;
  for (let i = start; i < end; i++) {
    const id = byteIds[bytes[i]!]!;
    if (id >= 0) ids[n++] = id;
  }
  return n;
}
