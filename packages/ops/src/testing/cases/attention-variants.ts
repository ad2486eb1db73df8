import type { AttentionShape } from '../../ops/attention-scores.js';

/** One attention call: its axes, its options, and what its inputs hold. */
export interface Variant extends AttentionShape {
  name: string;
  causal?: boolean;
  window?: number;
  scale?: number;
  keyMask?: number[];
  queryOffset?: number;
  segments?: number[];
  prefixLengths?: number[];
  /** Standard deviation of the bias of distances. */
  bias?: number;
  /** Elements of the bias that hold something else. */
  biasAt?: Record<number, number>;
  dropoutRate?: number;
  /** Standard deviation of the queries. */
  std?: number;
  /** Elements of the queries that are not numbers: no gradient is checked. */
  nanAt?: number[];
  /** Only `attention` is called: there is a tile to leave. */
  tiled?: true;
}

const one: AttentionShape = { batch: 1, seq: 1, keySeq: 1, numHeads: 1, numKvHeads: 1, headDim: 1 };
const small: AttentionShape = { batch: 2, seq: 3, keySeq: 3, numHeads: 2, numKvHeads: 2, headDim: 5 };
const primes: AttentionShape = { ...small, seq: 5, keySeq: 7, headDim: 3 };
const eleven: AttentionShape = { ...one, batch: 2, seq: 11, keySeq: 11, headDim: 2 };
const beyondTiles: AttentionShape & { tiled: true } = { ...one, tiled: true, seq: 37, keySeq: 71, headDim: 2 };

const masks: Variant[] = [
  { name: 'causal', ...small },
  { name: 'one of everything', ...one },
  { name: 'bidirectional, primes', ...primes, causal: false },
  { name: 'cross attention, more queries than keys', ...small, seq: 7, keySeq: 2, causal: false },
  { name: 'cross attention, one query, padded', ...small, seq: 1, keySeq: 3, causal: false, keyMask: [0, 1, 1, 1, 1, 0] },
  { name: 'grouped queries', ...small, numHeads: 6, numKvHeads: 2, headDim: 4 },
  { name: 'multi-query, scale', ...small, numHeads: 3, numKvHeads: 1, scale: 0.3 },
  { name: 'chunk of a cache', ...small, seq: 2, keySeq: 9, queryOffset: 4 },
  { name: 'one token of a cache, padded', ...small, seq: 1, keySeq: 6, queryOffset: 3, keyMask: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
  { name: 'left padding hides whole rows', ...small, keyMask: [0, 0, 1, 1, 1, 1] },
  { name: 'a row of the batch sees nothing', ...small, causal: false, keyMask: [0, 0, 0, 1, 0, 1] },
  { name: 'before the first key', ...small, queryOffset: -2 },
  { name: 'sharp scores', ...small, std: 20 },
  { name: 'longer than a tile', ...beyondTiles, keySeq: 41, headDim: 17 },
  ...[1, 7, 33, 64, 128, 256].map((headDim) => ({ name: `heads of ${headDim}`, ...one, seq: 2, keySeq: 3, numHeads: 2, headDim })),
  { name: 'a query that is not a number', ...small, seq: 9, keySeq: 9, nanAt: [90 + 10 * 4] },
  { name: 'one query that is not a number, on a tile of keys', ...one, keySeq: 8, headDim: 3, nanAt: [1] },
]; // prettier-ignore

const segments: Variant[] = [
  { name: 'packed rows', ...small, seq: 5, keySeq: 5, segments: [0, 0, 1, 1, 1, 3, 3, 3, 3, -7] },
  { name: 'every token alone', ...small, segments: [0, 1, 2, 2, 1, 0] },
  { name: 'packed, bidirectional, interleaved', ...small, causal: false, segments: [1, 0, 1, 2 ** 24, -(2 ** 24), 7] },
  { name: 'packed, grouped, padded, sharp', ...small, numHeads: 4, std: 20, keyMask: [0, 1, 1, 1, 1, 0], segments: [0, 0, 1, 0, 0, 1] },
  { name: 'packed, dropout', ...small, segments: [0, 0, 1, 2, 3, 3], dropoutRate: 0.3 },
  { name: 'packed, longer than a tile', ...beyondTiles, seq: 67, keySeq: 67, segments: Array.from({ length: 67 }, (_, i) => (i < 50 ? Math.floor(i / 3) : 50)) },
]; // prettier-ignore

const windows: Variant[] = [
  { name: 'window', ...eleven, window: 4 },
  { name: 'window of the query alone', ...small, window: 1 },
  { name: 'window wider than the keys', ...small, window: 2 ** 31 },
  { name: 'window, bidirectional, primes', ...primes, causal: false, window: 2 },
  { name: 'window, cross attention, more queries than keys', ...small, seq: 7, causal: false, window: 3 },
  { name: 'window, grouped, padded', ...eleven, numHeads: 4, window: 3, keyMask: Array.from({ length: 22 }, (_, i) => Number(i % 11 > 3)) },
  { name: 'window, packed', ...eleven, window: 2, segments: Array.from({ length: 22 }, (_, i) => Math.floor(i / 4)) },
  { name: 'window, chunk of a cache', ...small, seq: 2, keySeq: 9, queryOffset: 5, window: 3 },
  { name: 'window, one token of a cache', ...small, seq: 1, keySeq: 9, queryOffset: 6, window: 3 },
  { name: 'window, beyond the last key', ...small, keySeq: 4, queryOffset: 5, window: 3 },
  { name: 'window, one query beyond the last key', ...small, seq: 1, queryOffset: 5, window: 2 },
  { name: 'window, dropout', ...eleven, window: 4, dropoutRate: 0.3 },
  { name: 'window, longer than a tile', ...beyondTiles, window: 9 },
  { name: 'window, bidirectional, longer than a tile', ...beyondTiles, seq: 70, causal: false, window: 6 },
]; // prettier-ignore

const prefixes: Variant[] = [
  { name: 'prefix', ...small, seq: 5, keySeq: 5, prefixLengths: [3, 2] },
  { name: 'prefix of nothing and of more than all', ...small, prefixLengths: [0, 99] },
  { name: 'prefix, grouped, padded', ...small, numHeads: 4, keyMask: [0, 0, 1, 1, 0, 1], prefixLengths: [2, 3] },
  { name: 'prefix, packed', ...eleven, prefixLengths: [9, 4], segments: Array.from({ length: 22 }, (_, i) => Math.floor(i / 5)) },
  { name: 'prefix beyond a chunk of a cache', ...small, seq: 2, keySeq: 9, queryOffset: 1, prefixLengths: [6, 0] },
  { name: 'prefix and window', ...eleven, window: 2, prefixLengths: [3, 1] },
  { name: 'prefix and window, bidirectional', ...eleven, causal: false, window: 2, prefixLengths: [5, 0] },
  { name: 'prefix and window, one token of a cache', ...small, seq: 1, keySeq: 9, queryOffset: 7, window: 2, prefixLengths: [3, 0] },
  { name: 'prefix, dropout', ...small, prefixLengths: [2, 3], dropoutRate: 0.3 },
  { name: 'prefix and window, longer than a tile', ...beyondTiles, window: 5, prefixLengths: [13] },
  { name: 'prefix of more than a tile', ...beyondTiles, seq: 71, keySeq: 71, headDim: 1, prefixLengths: [66] },
]; // prettier-ignore

const biases: Variant[] = [
  { name: 'distance bias', ...small, seq: 5, keySeq: 5, bias: 1 },
  { name: 'distance bias, one of everything', ...one, bias: 3 },
  { name: 'distance bias, bidirectional, primes', ...primes, causal: false, bias: 1 },
  { name: 'distance bias, cross attention, more queries than keys', ...small, seq: 7, keySeq: 2, causal: false, bias: 1 },
  { name: 'distance bias, grouped, padded', ...small, numHeads: 4, bias: 2, keyMask: [0, 0, 1, 1, 0, 1] },
  { name: 'distance bias, packed', ...eleven, bias: 2, segments: Array.from({ length: 22 }, (_, i) => Math.floor(i / 5)) },
  { name: 'distance bias, chunk of a cache', ...small, seq: 2, keySeq: 9, queryOffset: 4, bias: 1 },
  { name: 'distance bias, one token of a cache', ...small, seq: 1, keySeq: 9, queryOffset: 6, bias: 1 },
  { name: 'distance bias, sharp', ...small, bias: 30 },
  { name: 'distance bias, dropout, window, prefix', ...eleven, numHeads: 2, bias: 1, window: 2, prefixLengths: [4, 1], dropoutRate: 0.3 },
  { name: 'distance bias that hides', ...small, seq: 5, keySeq: 5, bias: 1, biasAt: { 2: -Infinity, 12: -1e15 } },
  { name: 'distance bias that hides whole rows', ...small, bias: 1, biasAt: { 2: -Infinity, 3: -Infinity, 7: -3.4e38 } },
  { name: 'distance bias that hides all from one query', ...small, seq: 1, keySeq: 4, bias: 1, biasAt: { 0: -Infinity, 1: -Infinity, 2: -Infinity, 3: -Infinity, 5: -Infinity } },
  { name: 'distance bias, longer than a tile', ...beyondTiles, seq: 11, causal: false, numHeads: 2, bias: 1 },
  { name: 'distance bias, window, longer than a tile', ...beyondTiles, window: 12, bias: 1 },
]; // prettier-ignore

const drops: Variant[] = [
  { name: 'dropout', ...small, dropoutRate: 0.3 },
  { name: 'dropout, bidirectional, cross attention', ...primes, causal: false, dropoutRate: 0.3 },
  { name: 'dropout, grouped, padded', ...small, numHeads: 4, keyMask: [0, 1, 1, 1, 1, 1], dropoutRate: 0.5 },
];

export const variants: Variant[] = [...masks, ...segments, ...windows, ...prefixes, ...biases, ...drops];

const decoded: Variant[] = [
  { name: 'first token', ...one, keySeq: 5, headDim: 8, queryOffset: 0 },
  { name: 'one token, grouped', ...one, keySeq: 7, numHeads: 6, numKvHeads: 2, headDim: 16, queryOffset: 6 },
  { name: 'a prompt', ...small, seq: 5, keySeq: 8, queryOffset: 0 },
  { name: 'a prompt, grouped', ...small, seq: 4, keySeq: 11, numHeads: 6, numKvHeads: 3, headDim: 8, queryOffset: 2 },
];

/** Calls with a place on the key axis that `cachedAttention` takes too. */
export const cachedVariants = [...decoded, ...variants].filter(
  (v): v is Variant & { queryOffset: number } =>
    v.queryOffset !== undefined && v.causal !== false && !v.segments && !v.dropoutRate,
);
