import type { Module } from '@ashlar/nn';
import type { QuantizedMatrix } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import type { Int4Options } from './int4.js';
import type { Nf4Options } from './nf4.js';

/** How weights are stored: 8 bits by row, or 4 bits by block. */
export type QuantizationScheme =
  { scheme: 'int8' } | ({ scheme: 'nf4' } & Nf4Options) | ({ scheme: 'int4' } & Int4Options);

/** A weight matrix in few bits. */
export interface QuantizedWeight extends Module {
  /** `[outFeatures, inFeatures]` */
  readonly shape: readonly [outFeatures: number, inFeatures: number];
  /** How it is stored, with every setting. */
  readonly scheme: QuantizationScheme;
  /** What operations multiply with; call it inside `tf.tidy`. */
  matrix(): QuantizedMatrix;
  /** The matrix in float32, `[outFeatures, inFeatures]`; the caller disposes of it. */
  dequantize(): tf.Tensor2D;
}
