import * as tf from '@tensorflow/tfjs-core';
import { sumTo } from './sum-to.js';

/** The gradient of a (batched, perhaps batch-broadcast) matrix product. */
export const batchMatMulGradient: tf.GradConfig = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (gradient, saved, { transposeA, transposeB }) => {
    const dy = gradient as tf.Tensor;
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    // y = op(a) op(b), so that d op(a) = dy op(b)^T and d op(b) = op(a)^T dy
    const da = () => (transposeA ? tf.matMul(b, dy, !!transposeB, true) : tf.matMul(dy, b, false, !transposeB));
    const db = () => (transposeB ? tf.matMul(dy, a, true, !!transposeA) : tf.matMul(a, dy, !transposeA, false));
    return { a: () => sumTo(da(), a.shape), b: () => sumTo(db(), b.shape) };
  },
};
