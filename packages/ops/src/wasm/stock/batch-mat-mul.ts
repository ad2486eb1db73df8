import type { TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { gemm } from '../gemm.js';
import type { Kernel } from './replace.js';

interface BatchMatMulAttributes {
  transposeA: boolean;
  transposeB: boolean;
}

/** op(a) op(b) + bias over batches that may broadcast; a `[..., m, k]`, b `[..., k, n]`, bias `[n]`, all float32. */
export function matrixProduct(
  device: Device,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB, bias }: BatchMatMulAttributes & { bias?: TensorInfo },
): TensorInfo {
  if (a.dtype !== 'float32' || b.dtype !== 'float32')
    throw new Error(`BatchMatMul on wasm: both operands must be float32, found ${a.dtype} and ${b.dtype}.`);
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const m = transposeA ? columnsA : rowsA;
  const k = transposeA ? rowsA : columnsA;
  const n = transposeB ? rowsB : columnsB;
  if (k !== (transposeB ? columnsB : rowsB))
    throw new Error(`BatchMatMul: the inner dimensions of [${a.shape}] and [${b.shape}] differ.`);
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const out = device.output([...batch, m, n]);
  const [addressA, addressB, addressOut] = [device.address(a), device.address(b), device.address(out)];
  const multiply = (from: number, indexA: number, indexB: number, count: number, strideA: number, strideB: number) =>
    gemm(device, {
      a: addressA + 4 * m * k * indexA,
      b: addressB + 4 * k * n * indexB,
      bias: device.address(bias),
      c: addressOut + 4 * m * n * from,
      batch: count,
      strideA,
      strideB,
      size: [m, n, k],
      transposeA,
      transposeB,
    });
  const size = tf.util.sizeFromShape(batch);
  const [sizeA, sizeB] = [tf.util.sizeFromShape(batchA), tf.util.sizeFromShape(batchB)];
  if ((sizeA === size || sizeA === 1) && (sizeB === size || sizeB === 1))
    multiply(0, 0, 0, size, sizeA === 1 ? 0 : m * k, sizeB === 1 ? 0 : k * n);
  else
    for (let i = 0; i < size; i++) multiply(i, sourceIndex(i, batch, batchA), sourceIndex(i, batch, batchB), 1, 0, 0);
  return out;
}

/** Flat index in `shape` of element `index` of the shape it is broadcast to. */
function sourceIndex(index: number, broadcast: number[], shape: number[]): number {
  let [source, stride, rest] = [0, 1, index];
  for (let axis = 1; axis <= shape.length; axis++) {
    const length = shape[shape.length - axis]!;
    const position = rest % broadcast[broadcast.length - axis]!;
    rest = Math.floor(rest / broadcast[broadcast.length - axis]!);
    source += (length === 1 ? 0 : position) * stride;
    stride *= length;
  }
  return source;
}

/** tfjs multiplies transposed and batched operands in scalar code, and plain ones from a cache of packed weights that in-place updates leave stale. */
export const batchMatMul: Kernel<BatchMatMulAttributes> = (device, { a, b }, attributes) =>
  matrixProduct(device, a!, b!, attributes);
