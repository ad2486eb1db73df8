import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { check } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarGlobalNorm'>({
  name: 'AshlarGlobalNorm',
  outputs: ['y'],
  // not addN: on webgpu it binds all its inputs at once, and a device may allow no more than eight
  reference: ({ tensors }) => [
    tf.sqrt(tensors.map((tensor) => tf.sum(tf.square(tensor))).reduce((a, b) => tf.add(a, b))),
  ],
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
