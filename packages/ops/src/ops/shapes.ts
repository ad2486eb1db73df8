import type * as tf from '@tensorflow/tfjs-core';

/** The product of all axes but the last. */
export const rowsOf = (x: tf.Tensor): number => x.size / x.shape[x.rank - 1]!;

/** The last axis. */
export const widthOf = (x: tf.Tensor): number => x.shape[x.rank - 1]!;

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** A tensor as an error names it: `x float32 [2, 3]`. */
export const describe = (name: string, x: tf.Tensor): string => `${name} ${x.dtype} [${x.shape.join(', ')}]`;

/** Throws a sentence unless `fits`. */
export function check(fits: boolean, sentence: () => string): asserts fits {
  if (!fits) throw new RangeError(sentence());
}

/** Throws unless `x` is a float32 (or int32) tensor of at least one axis. */
export function checkInput(op: string, name: string, x: tf.Tensor, dtype: tf.DataType = 'float32', minRank = 1): void {
  if (x.dtype !== dtype || x.rank < minRank)
    throw new TypeError(
      `${op}: ${describe(name, x)} must be ${dtype} with at least ${minRank} ${minRank === 1 ? 'axis' : 'axes'}`,
    );
}

/** Throws unless `x` is `[..., hidden]` and the parameters are `[hidden]`. */
export function checkNorm(op: string, x: tf.Tensor, parameters: Record<string, tf.Tensor | null | undefined>): void {
  checkInput(op, 'x', x);
  for (const name in parameters) {
    const tensor = parameters[name];
    check(
      !tensor || (tensor.rank === 1 && tensor.size === widthOf(x)),
      () => `${op}: ${describe(name, tensor!)} must be [${widthOf(x)}] to fit ${describe('x', x)}`,
    );
  }
}

/** Throws unless `residual` is as `x`. */
export function checkResidual(op: string, x: tf.Tensor, residual: tf.Tensor): void {
  checkInput(op, 'residual', residual);
  check(
    sameShape(residual.shape, x.shape),
    () => `${op}: ${describe('residual', residual)} must have the shape of ${describe('x', x)}`,
  );
}

/** Throws unless a place in a cache is an int32 scalar. */
export function checkPosition(op: string, position: tf.Tensor): void {
  check(
    position.size === 1 && position.dtype === 'int32',
    () => `${op}: ${describe('position', position)} must be an int32 scalar`,
  );
}

/** Throws unless values are as keys, and `position` is a place in them. */
export function checkCaches(op: string, keys: tf.Tensor, values: tf.Tensor, position: tf.Tensor): void {
  check(
    sameShape(values.shape, keys.shape),
    () => `${op}: ${describe('values', values)} must have the shape of ${describe('keys', keys)}`,
  );
  checkPosition(op, position);
}
