import type { Cache } from '@ashlar/nn';
import { cacheAppend, cachedAttention, type CachedAttentionOptions } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { AttendOptions } from './attend.js';

export interface KvCacheOptions {
  numLayers: number;
  batchSize: number;
  /** Width of a key: `numKvHeads * headDim`. */
  width: number;
  /** Most tokens a row may hold. */
  contextLength: number;
  /** Padding tokens at the start of each row, never attended to. @default none */
  leftPadding?: readonly number[];
  /** Buffers grow by this many tokens, so that a program is compiled once a page and not once a token. @default 64 */
  pageSize?: number;
}

/** What one layer attends to: every buffer has room for `capacity` tokens, `position` says where the new ones start. */
export interface CachedKeys {
  /** `[batch, capacity, width]` */
  keys: tf.Tensor;
  /** `[batch, capacity, width]` */
  values: tf.Tensor;
  /** int32 scalar: tokens that were there before this call. */
  position: tf.Tensor;
  /** int32 `[batch, capacity]`, 0 for left padding; absent when no row is padded. */
  keyMask?: tf.Tensor;
}

/**
 * Keys and values of the tokens already seen, one pair of buffers a layer, in pages.
 *
 * A forward pass calls `append` once for each layer and `advance` at its end. The buffers belong to the cache; where
 * nobody else holds them a backend writes into them in place.
 */
export class KvCache implements Cache {
  readonly batchSize: number;
  readonly leftPadding: readonly number[] | undefined;
  private readonly options: Required<Omit<KvCacheOptions, 'leftPadding'>>;
  private layers: { keys: tf.Tensor; values: tf.Tensor }[] = [];
  private stored = 0;
  private capacity = 0;
  private keyMask: tf.Tensor | undefined;
  private at: tf.Tensor | undefined;
  private disposed = false;

  constructor({ pageSize = 64, leftPadding, ...options }: KvCacheOptions) {
    this.options = { ...options, pageSize };
    this.batchSize = options.batchSize;
    if (leftPadding && leftPadding.length !== options.batchSize)
      throw new RangeError(`KvCache: leftPadding has ${leftPadding.length} rows, the batch ${options.batchSize}`);
    this.leftPadding = leftPadding?.some((padding) => padding > 0) ? [...leftPadding] : undefined;
  }

  get length(): number {
    return this.stored;
  }

  /** Tokens that still fit. */
  get room(): number {
    return this.options.contextLength - this.stored;
  }

  /**
   * Stores the keys and values `[batch, seq, width]` of the next tokens for one layer.
   *
   * @throws RangeError when they do not fit into the context, Error after `dispose`
   */
  append(layer: number, keys: tf.Tensor, values: tf.Tensor): CachedKeys {
    this.update(layer, keys.shape[1]!, (held) => ({
      keys: cacheAppend(held.keys, keys, held.position),
      values: cacheAppend(held.values, values, held.position),
    }));
    return this.held(layer);
  }

  /**
   * Stores the keys and values of the next tokens for one layer and attends to all it holds; see `cachedAttention`.
   *
   * @param qkv `[batch, seq, (numHeads + 2 numKvHeads) * headDim]`
   * @returns `[batch, seq, numHeads * headDim]`
   * @throws as `append`
   */
  attend(
    layer: number,
    qkv: tf.Tensor,
    { numHeads, numKvHeads = numHeads, window, prefixLengths, distanceBias }: AttendOptions,
  ): tf.Tensor {
    const seq = qkv.shape[1]!;
    return this.update(layer, seq, ({ keys, values, position, keyMask }) => {
      const options: CachedAttentionOptions = { numHeads, numKvHeads };
      if (window !== undefined) options.window = window;
      if (prefixLengths) options.prefixLengths = prefixLengths;
      if (distanceBias) options.distanceBias = distanceBias(seq, this.capacity, { queryOffset: this.stored });
      if (keyMask) options.keyMask = keyMask;
      const [result, newKeys, newValues] = cachedAttention(qkv, keys, values, position, options);
      return { result, keys: newKeys, values: newValues };
    }).result;
  }

  /**
   * Has `write` put the keys and values of the next `seq` tokens of one layer into its buffers, which it may write in place, and
   * holds those that it returns instead.
   *
   * @throws as `append`
   */
  update<Written extends Pick<CachedKeys, 'keys' | 'values'>>(
    layer: number,
    seq: number,
    write: (held: CachedKeys) => Written,
  ): Written {
    this.reserve(this.stored + seq);
    const buffers = this.layers[layer]!;
    const written = write(this.held(layer));
    buffers.keys = replace(buffers.keys, written.keys);
    buffers.values = replace(buffers.values, written.values);
    return written;
  }

  /** Counts `seq` appended tokens as stored, once all layers have them. */
  advance(seq: number): void {
    this.move(this.stored + seq);
  }

  /** int32 `[batch, seq]`: positions of the next `seq` tokens, counted from each row's first real token. */
  positions(seq: number): tf.Tensor {
    const { batchSize, stored, leftPadding } = this;
    const at = Int32Array.from({ length: batchSize * seq }, (_, i) =>
      Math.max(0, stored + (i % seq) - (leftPadding?.[Math.floor(i / seq)] ?? 0)),
    );
    return tf.tensor2d(at, [batchSize, seq], 'int32');
  }

  fork(rows: readonly number[]): KvCache {
    const { leftPadding, stored, capacity } = this;
    const outside = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < this.batchSize));
    if (outside !== undefined) throw new RangeError(`KvCache.fork: row ${outside} of a batch of ${this.batchSize}`);
    const copy = new KvCache({
      ...this.options,
      batchSize: rows.length,
      ...(leftPadding && { leftPadding: rows.map((row) => leftPadding[row]!) }),
    });
    copy.stored = stored;
    copy.capacity = capacity;
    tf.tidy(() => {
      const indices = tf.tensor1d([...rows], 'int32');
      const pick = (buffer: tf.Tensor) => tf.keep(tf.gather(buffer, indices));
      copy.layers = this.layers.map(({ keys, values }) => ({ keys: pick(keys), values: pick(values) }));
      copy.updateKeyMask();
    });
    return copy;
  }

  truncate(length: number): void {
    if (!(Number.isInteger(length) && length >= 0 && length <= this.stored))
      throw new RangeError(`KvCache.truncate: ${length} is not between 0 and the ${this.stored} tokens stored`);
    this.move(length);
  }

  dispose(): void {
    for (const { keys, values } of this.layers) tf.dispose([keys, values]);
    this.keyMask?.dispose();
    this.move(0);
    this.layers = [];
    this.keyMask = undefined;
    this.capacity = 0;
    this.disposed = true;
  }

  private held(layer: number): CachedKeys {
    const { keyMask, position } = this;
    const { keys, values } = this.layers[layer]!;
    return keyMask ? { keys, values, position, keyMask } : { keys, values, position };
  }

  /** int32 scalar: where the next token goes, the same for all layers. */
  private get position(): tf.Tensor {
    return (this.at ??= tf.keep(tf.scalar(this.stored, 'int32')));
  }

  private move(stored: number): void {
    this.stored = stored;
    this.at?.dispose();
    this.at = undefined;
  }

  /** Makes room for `length` tokens. */
  private reserve(length: number): void {
    const { contextLength, pageSize, numLayers, batchSize, width } = this.options;
    if (this.disposed) throw new Error('KvCache: it was disposed of');
    if (length > contextLength)
      throw new RangeError(`KvCache: ${length} tokens do not fit into a context of ${contextLength}`);
    if (length <= this.capacity) return;
    const capacity = Math.min(contextLength, Math.ceil(length / pageSize) * pageSize);
    const missing = capacity - this.capacity;
    tf.tidy(() => {
      const grow = (buffer: tf.Tensor) => tf.pad(buffer, [[0, 0], [0, missing], [0, 0]]); // prettier-ignore
      const empty = () => tf.keep(tf.zeros([batchSize, capacity, width]));
      this.layers =
        this.capacity === 0
          ? Array.from({ length: numLayers }, () => ({ keys: empty(), values: empty() }))
          : this.layers.map(({ keys, values }) => ({
              keys: replace(keys, grow(keys)),
              values: replace(values, grow(values)),
            }));
      this.capacity = capacity;
      this.updateKeyMask();
    });
  }

  private updateKeyMask(): void {
    const { leftPadding, capacity, batchSize } = this;
    if (!leftPadding) return;
    const mask = Int32Array.from({ length: batchSize * capacity }, (_, i) =>
      i % capacity >= leftPadding[Math.floor(i / capacity)]! ? 1 : 0,
    );
    this.keyMask?.dispose();
    this.keyMask = tf.keep(tf.tensor2d(mask, [batchSize, capacity], 'int32'));
  }
}

/** Keeps `next`, which may share the data of `buffer`, beyond the caller's scope, and frees `buffer`. */
function replace(buffer: tf.Tensor, next: tf.Tensor): tf.Tensor {
  if (next !== buffer) buffer.dispose();
  return tf.keep(next);
}
