import type * as tf from '@tensorflow/tfjs-core';
import type { Shape } from '../models.js';

export const groups = ['kernels', 'quantized', 'train', 'generate', 'tokenizer'] as const;
export type Group = (typeof groups)[number];

/** How far a result is from what it should be. */
export interface Check {
  /** What it was compared with. */
  reference: string;
  /** Largest difference, in units of the result. */
  maxAbs: number;
  /** The same as a share of the largest value of the reference. */
  maxRel: number;
  /** What `maxAbs` may be. */
  tolerance: number;
  /** How far the slope of a loss is from its gradient, as a share. */
  slopeDifference?: number;
  pass: boolean;
}

/** A case with its inputs on the backend. */
export interface Prepared {
  /** What the work reads, for its hash. */
  inputs: readonly ArrayBufferView[];
  /** Does the work once. The runner waits for the last tensor and frees all. */
  run(): tf.Tensor[] | Promise<tf.Tensor[]>;
  /** @param outputs of a run */
  check(outputs: readonly tf.Tensor[]): Check | Promise<Check>;
  /** A run changes what the next reads, so that only the first can be checked. */
  isStateful?: boolean;
  dispose(): void;
}

/** An array on the host. */
export interface HostArray {
  shape: number[];
  values: Float32Array;
}

/** A case as any library can be told it, with the same inputs. */
export type Task =
  | { kind: 'product'; a: HostArray; b: HostArray; transposeA: boolean; transposeB: boolean }
  /** Steps with one batch, cut out of `ids` row by row; the seed draws the weights. */
  | { kind: 'train'; shape: Shape; seed: number; ids: Int32Array; learningRate: number }
  /** The prompt, and so many tokens after the first that follows it, greedily; 0 is the prompt alone. */
  | { kind: 'generate'; shape: Shape; seed: number; prompt: Int32Array; tokens: number }
  /** A byte-level tokenizer as a `tokenizer.json`, which encodes the text. */
  | { kind: 'encode'; text: string; tokenizer: object }
  | { kind: 'train-bpe'; text: string; vocabSize: number };

/** One piece of work: the same on every backend, with nothing of Node or of a page in it. */
export interface Case {
  /** A name for ever: another amount of work gets another. */
  work: string;
  group: Group;
  params: Readonly<Record<string, number | string | boolean>>;
  dtype: 'f32' | 'i8' | 'i4';
  /** Floating-point operations of a run, where a share of the machine's peak means something. */
  flops?: number;
  /** Bytes that a run has to read, where memory is what limits it. */
  bytes?: number;
  /** What a run gets done, where operations are not what one asks for. */
  amount?: { unit: string; count: number };
  /** Whether it is computed on the host, whatever the backend. */
  onHost?: boolean;
  /** The same for others. */
  task?(): Task;
  /** Uploads the inputs to the backend in use. */
  prepare(): Promise<Prepared> | Prepared;
}

/** Whether a page writes a case in stock operations of tfjs too. */
export const hasStockForm = ({ group, work }: Case) => group === 'train' || work.startsWith('matmul.');
