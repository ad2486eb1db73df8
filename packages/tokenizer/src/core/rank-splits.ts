import type { ByteVocabulary } from './byte-vocabulary.js';
import { WordTable } from './word-table.js';

/**
 * The merges that do the same as ranks: for each token, in order of ids, every way to make it of two others.
 * Hugging Face's converter of tiktoken files lists them in the same order.
 *
 * @returns `[left, right, merged]` ids
 */
export function rankSplits(vocabulary: ByteVocabulary): Int32Array {
  const { buffer, starts, length } = vocabulary;
  const words = WordTable.of(vocabulary);
  const merges: number[] = [];
  for (let id = 0; id < length; id++) {
    const start = starts[id]!;
    const end = starts[id + 1]!;
    const splits: [number, number][] = [];
    for (let cut = start + 1; cut < end; cut++) {
      const left = words.get(buffer.view, start, cut);
      const right = left < 0 ? -1 : words.get(buffer.view, cut, end);
      if (right >= 0) splits.push([left, right]);
    }
    splits.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [left, right] of splits) merges.push(left, right, id);
  }
  return Int32Array.from(merges);
}
