import * as tf from '@tensorflow/tfjs-core';

/** A matrix product of two tensors of one rank, either side transposed in its last two axes. */
export type Product = (a: tf.Tensor, b: tf.Tensor, transposeA?: boolean, transposeB?: boolean) => tf.Tensor;

/** tfjs as it comes. */
export const stock: Product = (a, b, transposeA, transposeB) => tf.matMul(a, b, transposeA, transposeB);

const flip = (x: tf.Tensor) => {
  const axes = x.shape.map((_, i) => i);
  return tf.transpose(x, [...axes.slice(0, -2), x.rank - 1, x.rank - 2]);
};

const plain = (a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false) =>
  tf.matMul(transposeA ? flip(a) : a, transposeB ? flip(b) : b);

/**
 * The same products for authors who know the wasm backend: only a product of untransposed matrices reaches XNNPACK there,
 * so operands are transposed beforehand, in the gradient too.
 */
export const transposed: Product = (a, b, transposeA = false, transposeB = false) => {
  const product = tf.customGrad((...inputs) => {
    const [x, y, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([x, y]);
    return {
      value: plain(x, y, transposeA, transposeB),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [u, w] = saved as [tf.Tensor, tf.Tensor];
        return [
          transposeA ? plain(w, dy, transposeB, true) : plain(dy, w, false, !transposeB),
          transposeB ? plain(dy, u, true, transposeA) : plain(u, dy, !transposeA),
        ];
      },
    };
  });
  return product(a, b);
};
