import type * as tf from '@tensorflow/tfjs-core';
import type { AttentionMasks } from '../contract/kernels.js';
import { check, describe, sameShape } from './shapes.js';

/** Their names, for gradients to save. */
export const maskNames = ['keyMask', 'queryOffset', 'segments', 'prefixLengths', 'distanceBias'] as const;

/** Those that say where queries stand and what is seen in spite of that. */
const positionalNames: readonly string[] = ['queryOffset', 'prefixLengths'];

/** The masks among the options of a call; `positional`: something forbids keys by their position. */
export function masksOf(options: AttentionMasks, positional: boolean): AttentionMasks {
  const masks: AttentionMasks = {};
  for (const name of maskNames)
    if (options[name] && (positional || !positionalNames.includes(name))) masks[name] = options[name];
  return masks;
}

/** Throws a sentence unless the masks fit queries `[batch, seq, ...]` and keys `[batch, keySeq, ...]`, each under its name. */
export function checkMasks(
  op: string,
  queries: Record<string, tf.Tensor>,
  keys: Record<string, tf.Tensor>,
  numHeads: number,
  masks: AttentionMasks,
): void {
  if (maskNames.every((name) => !masks[name])) return;
  const { keyMask, queryOffset, segments, prefixLengths, distanceBias } = masks;
  const [[q], [k]] = [Object.values(queries), Object.values(keys)] as [[tf.Tensor], [tf.Tensor]];
  const [batch, seq, keySeq] = [q.shape[0]!, q.shape[1]!, k.shape[1]!];
  const both = () => [queries, keys].flatMap(Object.entries).map(([name, x]) => describe(name, x)).join(' and '); // prettier-ignore
  const has = (name: string, x: tf.Tensor | undefined, dtype: tf.DataType, shape: number[], axes: string) =>
    check(
      !x || (x.dtype === dtype && sameShape(x.shape, shape)),
      () => `${op}: ${describe(name, x!)} must be ${dtype} [${shape.join(', ')}], which is ${axes} of ${both()}`,
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
