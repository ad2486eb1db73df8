import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { check } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarGlobalNorm'>({
  name: 'AshlarGlobalNorm',
  outputs: ['y'],
  reference: ({ tensors }) => [tf.sqrt(tf.addN(tensors.map((tensor) => tf.sum(tf.square(tensor)))))],
});

/**
 * The euclidean norm of all values of all tensors, a scalar. It has no gradient of its own.
 *
 * @throws RangeError without tensors
 */
export function globalNorm(tensors: readonly tf.Tensor[]): tf.Scalar {
  check(tensors.length > 0, () => 'globalNorm: needs at least one tensor');
  return run({ tensors: [...tensors] }, {})[0] as tf.Scalar;
}
