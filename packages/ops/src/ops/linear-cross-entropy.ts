import * as tf from '@tensorflow/tfjs-core';
import { checkpointed } from '../tape/checkpointed.js';
import { crossEntropy, type CrossEntropyOptions } from './cross-entropy.js';
import { linear } from './linear.js';
import { check, checkInput, describe, rowsOf, widthOf } from './shapes.js';

/** About how many logits exist at a time: 16 MiB. */
const logitsAtATime = 2 ** 22;

export interface LinearCrossEntropyOptions extends CrossEntropyOptions {
  /** Tokens whose logits exist at a time. @default as many as have 4,194,304 logits, at least 1 */
  chunkSize?: number;
}

/**
 * `crossEntropy(linear(x, weight), targets)` in chunks of tokens: `[tokens, vocab]` is never stored, neither going forward
 * nor, where each chunk is computed again, going back.
 *
 * @param x hidden states `[..., hidden]`
 * @param weight the output head `[vocab, hidden]`
 * @param targets int32 `[...]`, each in [0, vocab) or `ignoreIndex`
 * @returns losses `[...]` in nats, 0 where ignored
 * @throws RangeError when the shapes do not fit
 */
export function linearCrossEntropy(
  x: tf.Tensor,
  weight: tf.Tensor,
  targets: tf.Tensor,
  options: LinearCrossEntropyOptions = {},
): tf.Tensor {
  checkInput('linearCrossEntropy', 'x', x);
  checkInput('linearCrossEntropy', 'targets', targets, 'int32', 0);
  check(
    weight.rank === 2 && weight.shape[1] === widthOf(x),
    () => `linearCrossEntropy: ${describe('weight', weight)} must be [vocab, ${widthOf(x)}] to fit ${describe('x', x)}`,
  );
  check(
    String(targets.shape) === String(x.shape.slice(0, -1)),
    () => `linearCrossEntropy: ${describe('targets', targets)} must have the leading axes of ${describe('x', x)}`,
  );
  const { chunkSize = Math.max(1, Math.floor(logitsAtATime / weight.shape[0]!)), ...rest } = options;
  check(
    Number.isInteger(chunkSize) && chunkSize > 0,
    () => `linearCrossEntropy: chunkSize (${chunkSize}) must be a positive integer`,
  );
  const losses = checkpointed((rows, head, labels) => crossEntropy(linear(rows!, head!, null), labels!, rest));
  return tf.tidy(() => {
    const [rows, hidden] = [rowsOf(x), widthOf(x)];
    const states = tf.reshape(x, [rows, hidden]);
    const labels = tf.reshape(targets, [rows]);
    const starts = Array.from({ length: Math.ceil(rows / chunkSize) }, (_, i) => i * chunkSize);
    const parts = starts.map((start) => {
      const count = Math.min(chunkSize, rows - start);
      return losses(tf.slice(states, [start, 0], [count, hidden]), weight, tf.slice(labels, [start], [count]));
    });
    return tf.reshape(parts.length > 1 ? tf.concat(parts) : parts[0]!, targets.shape);
  });
}
