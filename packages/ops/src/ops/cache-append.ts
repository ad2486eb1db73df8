import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { exclusive } from '../contract/donation.js';
import { check, checkPosition, describe } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarCacheAppend'>({
  name: 'AshlarCacheAppend',
  outputs: ['y'],
  reference({ cache, x, position }) {
    const [capacity, seq] = [cache.shape[1]!, x.shape[1]!];
    const row = tf.sub(tf.range(0, capacity, 1, 'int32'), position); // [capacity]: which row of x goes there
    const isNew = tf.logicalAnd(tf.greaterEqual(row, 0), tf.less(row, seq));
    const placed = tf.gather(x, tf.clipByValue(row, 0, seq - 1), 1); // [batch, capacity, width]
    return [tf.where(tf.reshape(isNew, [1, capacity, 1]), placed, cache)];
  },
});

/**
 * Writes rows into a cache. It has no gradient: a cache serves generation.
 *
 * @param cache `[batch, capacity, width]`, donated: use only the result afterwards, and dispose of both. Backends
 *   write into its buffer when nothing else refers to that.
 * @param x `[batch, seq, width]`
 * @param position int32 scalar, where the first row goes. Rows past the capacity are dropped.
 * @returns the cache `[batch, capacity, width]`
 * @throws RangeError when the shapes do not fit
 */
export function cacheAppend(cache: tf.Tensor, x: tf.Tensor, position: tf.Tensor): tf.Tensor {
  check(
    cache.rank === 3 && x.rank === 3 && x.shape[0] === cache.shape[0] && x.shape[2] === cache.shape[2],
    () => `cacheAppend: ${describe('x', x)} must be [batch, seq, width] of ${describe('cache', cache)}`,
  );
  checkPosition('cacheAppend', position);
  return tf.tidy(() => run({ cache: exclusive(cache), x, position }, {})[0]!);
}
