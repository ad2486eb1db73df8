import { globalNorm } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

export interface ClippedGradients {
  /** Euclidean norm of all gradients together, before clipping. */
  norm: tf.Scalar;
  /** What the gradients have to be multiplied by: give it to `step` as `gradientScale`. */
  scale: tf.Scalar;
}

export interface ClipOptions {
  /** Scalar that the gradients are still to be multiplied by, such as one over a count of tokens. @default 1 */
  gradientScale?: tf.Scalar;
}

/**
 * Finds the factor that brings the gradients' norm down to `maxNorm`: `min(1, maxNorm / (norm + 1e-6))`, as
 * `torch.nn.utils.clip_grad_norm_`. Nothing is multiplied here; `norm` and `scale` (which includes `gradientScale`) are
 * the caller's to dispose of.
 *
 * @param maxNorm above 0; Infinity only measures
 */
export function clipByGlobalNorm(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
  { gradientScale }: ClipOptions = {},
): ClippedGradients {
  if (!(maxNorm > 0)) throw new RangeError(`clipByGlobalNorm: maxNorm must be above 0, found ${maxNorm}`);
  return tf.tidy(() => {
    // summed in the order of paths, so that the result does not depend on how the map was built
    const sorted = [...gradients].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gradient]) => gradient);
    const raw = globalNorm(sorted);
    const norm: tf.Scalar = gradientScale ? tf.mul(raw, gradientScale) : raw;
    const factor: tf.Scalar = maxNorm === Infinity ? tf.scalar(1) : tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
    return { norm, scale: gradientScale ? tf.mul<tf.Scalar>(factor, gradientScale) : factor };
  });
}
