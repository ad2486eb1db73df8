import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionMasks } from '../contract/kernels.js';
import { check, describe } from './shapes.js';

/** Their names, for gradients to save. */
export const maskNames = ['keyMask', 'queryOffset', 'segments', 'prefixLengths', 'distanceBias'] as const;

/** The masks among the options of a call; `positional`: something forbids keys by their position. */
export function masksOf(options: AttentionMasks, positional: boolean): AttentionMasks {
  const { queryOffset, prefixLengths, ...always } = options;
  return pick(positional ? { ...always, queryOffset, prefixLengths } : always);
}

function pick(options: { [name in keyof AttentionMasks]?: tf.Tensor | undefined }): AttentionMasks {
  const masks: AttentionMasks = {};
  for (const name of maskNames) if (options[name]) masks[name] = options[name];
  return masks;
}

/** Throws a sentence unless the masks fit queries and keys. */
export function checkMasks(op: string, q: tf.Tensor, k: tf.Tensor, numHeads: number, masks: AttentionMasks): void {
  const { keyMask, queryOffset, segments, prefixLengths, distanceBias } = masks;
  const [batch, seq] = q.shape as [number, number];
  const keySeq = k.shape[1]!;
  const has = (name: string, x: tf.Tensor | undefined, dtype: tf.DataType, shape: number[], axes: string) =>
    check(
      !x || (x.dtype === dtype && String(x.shape) === String(shape)),
      () =>
        `${op}: ${describe(name, x!)} must be ${dtype} [${shape.join(', ')}], which is ${axes} ` +
        `of ${describe('q', q)} and ${describe('k', k)}`,
    );
  has('keyMask', keyMask, 'int32', [batch, keySeq], '[batch, keySeq]');
  has('segments', segments, 'int32', [batch, seq], '[batch, seq]');
  has('prefixLengths', prefixLengths, 'int32', [batch], '[batch]');
  has('distanceBias', distanceBias, 'float32', [numHeads, seq + keySeq - 1], '[numHeads, seq + keySeq - 1]');
  check(
    !queryOffset || (queryOffset.dtype === 'int32' && queryOffset.size === 1),
    () => `${op}: ${describe('queryOffset', queryOffset!)} must be an int32 scalar`,
  );
  check(
    !segments || (!queryOffset && keySeq === seq),
    () =>
      `${op}: segments are for self-attention over whole rows, not for ${seq} queries on ${keySeq} keys${queryOffset ? ' with a queryOffset' : ''}`,
  );
}
