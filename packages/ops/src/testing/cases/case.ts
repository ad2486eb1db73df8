import type * as tf from '@tensorflow/tfjs-core';
import type { Host } from '../host.js';

/** One call of an op, with what it must give. */
export interface OpCase {
  /** Op and what is particular. */
  name: string;
  inputs: Record<string, Host>;
  /** The op under test. Tensors come by the names of `inputs`. */
  run(x: Record<string, tf.Tensor>): tf.Tensor;
  /** Its definition, in float64 and plain loops. */
  float64(x: Record<string, Host>): Float64Array;
  /** Shape of the result. */
  shape: number[];
  /** Inputs whose gradient is checked. @default none */
  gradients?: string[];
}
