import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { QuantizedAttrs, QuantizedTensors } from '../contract/kernels.js';
import { dequantized } from './dequantize.js';
import { check, checkInput, describe, rowsOf, widthOf } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarQuantizedLinear'>({
  name: 'AshlarQuantizedLinear',
  outputs: ['y'],
  reference({ x, bias, ...weight }, attrs) {
    const rows = tf.matMul(tf.reshape(x, [rowsOf(x), widthOf(x)]), dequantized(weight, attrs), false, true);
    return [tf.reshape(bias ? tf.add(rows, bias) : rows, [...x.shape.slice(0, -1), attrs.shape[0]])];
  },
  gradient: {
    wanted: ['x'],
    saves: ['codes', 'scales', 'zeros'],
    reference({ dy, ...weight }, attrs) {
      const rows = tf.matMul(tf.reshape(dy, [rowsOf(dy), widthOf(dy)]), dequantized(weight, attrs));
      return [tf.reshape(rows, [...dy.shape.slice(0, -1), attrs.shape[1]])];
    },
  },
});

/** A weight matrix in few bits, stored as `@ashlar/quantization` stores it. */
export type QuantizedMatrix = QuantizedTensors & QuantizedAttrs;

/**
 * x weight^T + bias with a frozen weight in few bits, which the kernel never stores as float32; where a backend has no
 * kernel, it is brought to float32 for the call. The gradient reaches `x` alone.
 *
 * @param x `[..., in]`
 * @param bias `[out]`, or null for none
 * @returns `[..., out]`
 * @throws RangeError when the shapes do not fit
 */
export function quantizedLinear(x: tf.Tensor, weight: QuantizedMatrix, bias?: tf.Tensor | null): tf.Tensor {
  const { attrs, tensors } = prepare('quantizedLinear', weight);
  const [out, width] = attrs.shape;
  checkInput('quantizedLinear', 'x', x);
  check(
    widthOf(x) === width,
    () => `quantizedLinear: ${describe('x', x)} must be [..., ${width}] to fit a weight [${out}, ${width}]`,
  );
  check(
    !bias || (bias.rank === 1 && bias.size === out),
    () => `quantizedLinear: ${describe('bias', bias!)} must be [${out}] to fit a weight [${out}, ${width}]`,
  );
  return run({ x, ...tensors, ...(bias && { bias }) }, attrs)[0]!;
}

/**
 * The matrix in float32, `[out, in]`.
 *
 * @throws RangeError when the tensors do not fit the shape
 */
export function dequantize(weight: QuantizedMatrix): tf.Tensor2D {
  const { attrs, tensors } = prepare('dequantize', weight);
  return dequantized(tensors, attrs);
}

function prepare(op: string, { codes, scales, zeros, scheme, shape, blockSize }: QuantizedMatrix) {
  const values = shape[0] * shape[1];
  const blocks = Math.ceil(values / blockSize);
  check(
    scheme === 'int8' ? blockSize === shape[1] : blockSize > 0 && blockSize % 2 === 0,
    () => `${op}: blockSize (${blockSize}) must be ${scheme === 'int8' ? shape[1] : 'even'} for ${scheme}`,
  );
  const elements = Math.ceil((scheme === 'int8' ? values : (blocks * blockSize) / 2) / 3);
  const fits = (name: string, x: tf.Tensor, dtype: tf.DataType, size: number) =>
    check(
      x.dtype === dtype && x.size === size,
      () => `${op}: ${describe(name, x)} must be ${dtype} [${size}] for ${scheme} of [${shape.join(', ')}]`,
    );
  const fitBytes = (name: string, x: tf.Tensor, size: number) =>
    x.dtype === 'bool' ? fits(name, x, 'bool', 3 * size) : fits(name, x, 'int32', size);
  fitBytes('codes', codes, elements);
  fits('scales', scales, 'float32', blocks);
  check((scheme === 'int4') === (zeros !== undefined), () => `${op}: zeros belong to int4, and only to it`);
  if (zeros) fitBytes('zeros', zeros, Math.ceil(blocks / 3));
  const attrs: QuantizedAttrs = { scheme, shape, blockSize };
  return { attrs, tensors: { codes, scales, ...(zeros && { zeros }) } };
}
