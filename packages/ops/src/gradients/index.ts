import * as tf from '@tensorflow/tfjs-core';
import { binaryGradients } from './binary.js';
import { gatherGradients } from './gather.js';
import { layoutGradients } from './layout.js';
import { batchMatMulGradient } from './product.js';
import { reduceGradients } from './reduce.js';
import { unaryGradients } from './unary.js';

const all = () => [
  ...unaryGradients,
  ...binaryGradients,
  ...reduceGradients,
  ...layoutGradients,
  ...gatherGradients,
  batchMatMulGradient,
];

const done = Symbol.for('@ashlar/ops gradients');

/**
 * Registers gradients of stock tfjs operations, of which tfjs-core by itself registers none, so that users need only
 * `@tensorflow/tfjs-core` and one backend. A gradient that is already registered stays. Later calls do nothing.
 */
export function registerGradients(): void {
  const engine = tf.engine() as { [done]?: true };
  if (engine[done]) return;
  for (const gradient of all()) if (!tf.getGradient(gradient.kernelName)) tf.registerGradient(gradient);
  engine[done] = true;
}
