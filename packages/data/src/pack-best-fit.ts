import { checkSizes } from './evaluation-batches.js';

/**
 * Packs documents into rows of `capacity` tokens: the longest first, each into the row with the least room that is
 * enough (TRL's `bfd`). A document longer than a row counts as cut to one; empty ones are left out.
 *
 * @param lengths tokens of each document
 * @returns for each row the indices of its documents, in the order in which they lie there
 */
export function packBestFit(lengths: readonly number[], capacity: number): number[][] {
  checkSizes({ capacity });
  const size = (i: number) => Math.min(lengths[i]!, capacity);
  const order = lengths
    .map((_, i) => i)
    .filter((i) => size(i) > 0)
    .sort((a, b) => size(b) - size(a) || a - b);
  const rows: number[][] = [];
  const rowsByRoom: number[][] = Array.from({ length: capacity + 1 }, () => []);
  // lengths fall, so that rows with less room than the current one are full for good
  for (const i of order) {
    let room = size(i);
    while (room < capacity && rowsByRoom[room]!.length === 0) room++;
    let row = rows.length;
    if (room < capacity) row = rowsByRoom[room]!.shift()!;
    else rows.push([]);
    rows[row]!.push(i);
    rowsByRoom[room - size(i)]!.push(row);
  }
  return rows;
}
