import * as tf from '@tensorflow/tfjs-core';
import { matrixProduct } from './batch-mat-mul.js';
import { type Kernel, runKernel } from './replace.js';

interface FusedMatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
  activation: tf.fused.Activation;
  leakyreluAlpha?: number;
}

const activationKernels: Partial<Record<tf.fused.Activation, string>> = {
  relu: tf.Relu,
  relu6: tf.Relu6,
  elu: tf.Elu,
  sigmoid: tf.Sigmoid,
  leakyrelu: tf.LeakyRelu,
  prelu: tf.Prelu,
};

/** tfjs adds the bias and clamps once per 48 columns of the inner dimension where an operand is transposed or batched. */
export const fusedMatMul: Kernel<FusedMatMulAttributes> = (device, inputs, attributes) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  const row = bias?.shape.length === 1 && bias.shape[0] === b!.shape.at(attributes.transposeB ? -2 : -1);
  let out = matrixProduct(device, a!, b!, { ...attributes, bias: row ? bias : undefined });
  const apply = (kernel: string, operands: Record<string, tf.TensorInfo>, attrs: object = {}) => {
    const next = runKernel(device.backend, kernel, operands, attrs);
    device.free(out);
    out = next;
  };
  if (bias && !row) apply(tf.Add, { a: out, b: bias });
  const { activation } = attributes;
  if (activation && activation !== 'linear') {
    const kernel = activationKernels[activation];
    if (!kernel) throw new Error(`fused.matMul on wasm: unknown activation '${activation}'.`);
    const operands = { x: out, ...(activation === 'prelu' && { alpha: preluActivationWeights! }) };
    apply(kernel, operands, { alpha: attributes.leakyreluAlpha ?? 0.2 });
  }
  return out;
};
