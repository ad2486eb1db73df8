import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import type { RotaryAttrs, RotaryTables } from '../contract/kernels.js';
import { check, checkInput, describe } from './shapes.js';

/** Turns every pair by its angle, or back by it. */
function turn(x: tf.Tensor, { cos, sin, positions }: RotaryTables, attrs: RotaryAttrs, direction: 1 | -1): tf.Tensor {
  const { numHeads, interleaved } = attrs;
  const [batch, seq, width] = x.shape as [number, number, number];
  const [headDim, pairs] = [width / numHeads, cos.shape[1]!];
  const single = positions.size === 1;
  const rows = single
    ? tf.add(tf.range(0, seq, 1, 'int32'), tf.reshape(positions, []))
    : tf.reshape(positions, [batch * seq]);
  const shape = interleaved ? [-1, seq, 1, pairs, 1] : [-1, seq, 1, pairs];
  const angle = (table: tf.Tensor) => tf.reshape(tf.gather(table, rows), single ? [1, ...shape.slice(1)] : [batch, ...shape.slice(1)]); // prettier-ignore
  const [c, s] = [angle(cos), tf.mul(angle(sin), direction)];
  const heads = tf.reshape(x, [batch, seq, numHeads, headDim]);
  const rest = headDim - 2 * pairs;
  const [turning, still] = rest > 0 ? (tf.split(heads, [2 * pairs, rest], -1) as [tf.Tensor, tf.Tensor]) : [heads];
  const paired = interleaved ? tf.reshape(turning, [batch, seq, numHeads, pairs, 2]) : turning;
  const [a, b] = tf.split(paired, 2, -1) as [tf.Tensor, tf.Tensor];
  const turned = tf.concat([tf.sub(tf.mul(a, c), tf.mul(b, s)), tf.add(tf.mul(b, c), tf.mul(a, s))], -1);
  const flat = tf.reshape(turned, [batch, seq, numHeads, 2 * pairs]);
  return tf.reshape(still ? tf.concat([flat, still], -1) : flat, x.shape);
}

const run = /* @__PURE__ */ defineOp<'AshlarRotary'>({
  name: 'AshlarRotary',
  outputs: ['y'],
  reference: ({ x, ...tables }, attrs) => [turn(x, tables, attrs, 1)],
  gradient: {
    wanted: ['x'],
    saves: ['cos', 'sin', 'positions'],
    reference: ({ dy, ...tables }, attrs) => [turn(dy, tables, attrs, -1)],
  },
});

export interface RotaryOptions {
  numHeads: number;
  /**
   * Which elements of a head turn together: i and i + rotaryDim / 2 (GPT-NeoX, Llama), or, interleaved, 2i and 2i + 1
   * (GPT-J). @default false
   */
  interleaved?: boolean;
  /** int32: the position of each token `[batch, seq]`, or that of the first one of each row, a scalar. @default 0 */
  positions?: tf.Tensor;
}

/**
 * Rotary position embedding (Su et al. 2021, arXiv 2104.09864): pair i of each head's first rotaryDim elements is turned by
 * position times its frequency; the other elements stay.
 *
 * @param x queries or keys `[batch, seq, numHeads * headDim]`, heads packed
 * @param tables cosines and sines `[maxPositions, rotaryDim / 2]` of `rotaryTables`; they get no gradient
 * @returns as x
 * @throws RangeError when the shapes do not fit, or on cpu and wasm for a position outside of the tables
 */
export function rotary(
  x: tf.Tensor,
  { cos, sin }: { cos: tf.Tensor; sin: tf.Tensor },
  { numHeads, interleaved = false, positions }: RotaryOptions,
): tf.Tensor {
  checkInput('rotary', 'x', x, 'float32', 3);
  checkInput('rotary', 'cos', cos, 'float32', 2);
  checkInput('rotary', 'sin', sin, 'float32', 2);
  check(x.rank === 3, () => `rotary: ${describe('x', x)} must be [batch, seq, numHeads * headDim]`);
  const [batch, seq, width] = x.shape as [number, number, number];
  check(width % numHeads === 0, () => `rotary: numHeads (${numHeads}) must divide the width of ${describe('x', x)}`);
  check(
    cos.rank === 2 && 2 * cos.shape[1]! <= width / numHeads,
    () => `rotary: ${describe('cos', cos)} must be [maxPositions, rotaryDim / 2] with a rotaryDim of at most ${width / numHeads}, the width of a head`, // prettier-ignore
  );
  check(
    String(sin.shape) === String(cos.shape),
    () => `rotary: ${describe('sin', sin)} must have the shape of ${describe('cos', cos)}`,
  );
  check(
    !positions || (positions.dtype === 'int32' && (positions.rank === 0 || String(positions.shape) === `${batch},${seq}`)),
    () => `rotary: ${describe('positions', positions!)} must be int32 [${batch}, ${seq}] or a scalar`,
  ); // prettier-ignore
  return tf.tidy(
    () => run({ x, cos, sin, positions: positions ?? tf.scalar(0, 'int32') }, { numHeads, interleaved })[0]!,
  );
}

export interface RotaryTablesOptions {
  /** How many positions, from 0. */
  maxPositions: number;
  /** How many elements of a head turn, an even number. */
  rotaryDim: number;
  /** Pair i turns by `base^(-2i / rotaryDim)` radians a position. @default 10000 */
  base?: number;
  /** Radians a position for each pair, where they are not powers of a base (Llama 3, YaRN); `[rotaryDim / 2]`. */
  frequencies?: ArrayLike<number>;
}

/**
 * Cosines and sines for `rotary`, both `[maxPositions, rotaryDim / 2]`, computed on the host in float64: GPUs may be off by
 * 2^-11, and float32 angles, as Transformers has them, by 6e-8 of the angle. The caller disposes of them.
 *
 * @throws RangeError for an odd rotaryDim, or frequencies of another number
 */
export function rotaryTables({ maxPositions, rotaryDim, base = 10_000, frequencies }: RotaryTablesOptions): {
  cos: tf.Tensor2D;
  sin: tf.Tensor2D;
} {
  check(
    Number.isInteger(maxPositions) && maxPositions > 0,
    () => `rotaryTables: maxPositions (${maxPositions}) must be a positive integer`,
  );
  check(
    rotaryDim > 0 && rotaryDim % 2 === 0,
    () => `rotaryTables: rotaryDim (${rotaryDim}) must be a positive even number`,
  );
  const pairs = rotaryDim / 2;
  check(
    !frequencies || frequencies.length === pairs,
    () => `rotaryTables: ${frequencies!.length} frequencies, rotaryDim (${rotaryDim}) needs ${pairs}`,
  );
  const turns = Float64Array.from({ length: pairs }, (_, i) => frequencies?.[i] ?? base ** ((-2 * i) / rotaryDim));
  const table = (f: (angle: number) => number) =>
    tf.tensor2d(
      Float32Array.from({ length: maxPositions * pairs }, (_, i) => f(Math.floor(i / pairs) * turns[i % pairs]!)),
      [maxPositions, pairs],
    );
  return { cos: table(Math.cos), sin: table(Math.sin) };
}
