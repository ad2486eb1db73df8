import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import { RandomStream } from '../random/random-stream.js';
import { expectClose } from './expect-close.js';

export interface GradientOptions {
  /** Largest difference, relative to the largest gradient of that input (at least 0.05). @default 2e-3 */
  tolerance?: number;
  /** Elements of each input that are tried. @default 24 */
  samples?: number;
  /** Distance of the central differences. @default 0.01 */
  step?: number;
}

/**
 * Compares the gradients of `f` with central differences of fourth order.
 *
 * The output of `f`, of any shape, is weighted with random numbers and summed on the host in float64.
 *
 * @param f gets `xs`; where these are variables it may also use them directly
 * @param xs float32 tensors
 * @throws Error naming the input and element that differ
 */
export async function expectGradients(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  xs: tf.Tensor[],
  { tolerance = 2e-3, samples = 24, step = 0.01 }: GradientOptions = {},
): Promise<void> {
  registerGradients();
  const size = tf.tidy(() => f(...xs).size);
  const weights = new RandomStream(size, 'expectGradients').normalArray(size);
  const gradients = tf.tidy(() => {
    const weighted = () => {
      const y = f(...xs);
      return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)));
    };
    return tf.engine().gradients(weighted, xs).grads;
  });
  for (const [i, x] of xs.entries()) {
    const positions = sample(x.size, samples);
    const values = await x.data();
    const differences: number[] = [];
    for (const at of positions) {
      const moved = (distance: number) => weightedAt(f, xs, i, values, at, distance, weights);
      const near = (await moved(step)) - (await moved(-step));
      const far = (await moved(2 * step)) - (await moved(-2 * step));
      differences.push((8 * near - far) / (12 * step));
    }
    const gradient = gradients[i];
    if (!gradient) throw new Error(`expectGradients: the function does not depend on input ${i}`);
    const all = Float64Array.from(await gradient.data());
    const scale = all.reduce((max, value) => Math.max(max, Math.abs(value)), 0.05);
    await expectClose(positions.map((at) => all[at]!), differences, { tolerance, scale, name: `gradient of input ${i} at [${positions}]` }); // prettier-ignore
  }
  tf.dispose(gradients);
}

/** Up to `count` positions of `size`, all when there are no more. */
function sample(size: number, count: number): number[] {
  if (size <= count) return Array.from({ length: size }, (_, i) => i);
  const stream = new RandomStream(size, 'sample');
  return Array.from({ length: count }, (_, i) => Math.floor(stream.uniform(i) * size));
}

/** The weighted sum of `f` with one element of input `i` moved. */
async function weightedAt(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  xs: tf.Tensor[],
  i: number,
  values: Float32Array | Int32Array | Uint8Array,
  at: number,
  distance: number,
  weights: Float32Array,
): Promise<number> {
  const x = xs[i]!;
  const changed = Float32Array.from(values);
  changed[at]! += distance;
  // the distance that float32 allows
  const exact = (changed[at]! - values[at]!) / distance;
  const y = tf.tidy(() => {
    const moved = tf.tensor(changed, x.shape);
    if (!(x instanceof tf.Variable)) return f(...xs.map((other) => (other === x ? moved : other)));
    x.assign(moved);
    const result = f(...xs);
    x.assign(tf.tensor(values, x.shape));
    return result;
  });
  const data = Float64Array.from(await y.data());
  y.dispose();
  return data.reduce((sum, value, j) => sum + value * weights[j]!, 0) / exact;
}
