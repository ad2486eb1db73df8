import type { LanguageModel } from '@ashlar/nn';
import { crossEntropy } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Grid } from './grid.js';
import type { ValueModel } from './options.js';

const IGNORED = -100;

/**
 * Prompts and responses side by side: prompts end, and responses begin, in the same column. The prompts are padded on the
 * left, the responses on the right.
 */
export interface Responses extends Grid {
  /** Columns of the prompts. */
  promptColumns: number;
  /** `[rows, promptColumns + columns]` */
  tokens: Int32Array;
  /** Of the prompt, in front of it. */
  leftPadding: number[];
  /** Tokens of each response. */
  lengths: number[];
}

/** @param padTokenId fills the gaps; never attended to */
export function arrange(
  prompts: readonly (readonly number[])[],
  responses: readonly (readonly number[])[],
  padTokenId: number,
): Responses {
  const rows = prompts.length;
  const promptColumns = Math.max(...prompts.map(({ length }) => length));
  const columns = Math.max(...responses.map(({ length }) => length));
  const width = promptColumns + columns;
  const tokens = new Int32Array(rows * width).fill(padTokenId);
  const mask = new Uint8Array(rows * columns);
  prompts.forEach((prompt, row) => {
    tokens.set(prompt, row * width + promptColumns - prompt.length);
    tokens.set(responses[row]!, row * width + promptColumns);
    mask.fill(1, row * columns, row * columns + responses[row]!.length);
  });
  const leftPadding = prompts.map(({ length }) => promptColumns - length);
  return { rows, columns, promptColumns, tokens, mask, leftPadding, lengths: responses.map(({ length }) => length) };
}

/** Some of the rows, as models take them; a scope's tensors. */
export interface ResponseTensors {
  rows: number;
  columns: number;
  /** int32 `[rows, promptColumns + columns]` */
  tokens: tf.Tensor;
  /** int32, like `tokens`: 1 for tokens that may be attended to */
  keyMask: tf.Tensor;
  /** int32, like `tokens`: counted from each row's first token */
  positions: tf.Tensor;
  /** int32 `[rows, columns]`: ids of the responses, -100 after their ends */
  targets: tf.Tensor;
  /** float32 `[rows, columns]` */
  mask: tf.Tensor;
}

export function toTensors(responses: Responses, picked: readonly number[]): ResponseTensors {
  const { promptColumns, columns, tokens, mask, leftPadding, lengths } = responses;
  const width = promptColumns + columns;
  const [rows, ids] = [picked.length, new Int32Array(picked.length * width)];
  const [keyMask, positions] = [new Int32Array(rows * width), new Int32Array(rows * width)];
  const targets = new Int32Array(rows * columns).fill(IGNORED);
  picked.forEach((row, at) => {
    const [first, end] = [leftPadding[row]!, promptColumns + lengths[row]!];
    ids.set(tokens.subarray(row * width, (row + 1) * width), at * width);
    keyMask.fill(1, at * width + first, at * width + end);
    for (let i = first; i < end; i++) positions[at * width + i] = i - first;
    targets.set(ids.subarray(at * width + promptColumns, at * width + end), at * columns);
  });
  const grid = (values: Int32Array, size: number) => tf.tensor2d(values, [rows, size], 'int32');
  return {
    rows,
    columns,
    tokens: grid(ids, width),
    keyMask: grid(keyMask, width),
    positions: grid(positions, width),
    targets: grid(targets, columns),
    mask: tf.tensor2d(pick(mask, picked, columns), [rows, columns]),
  };
}

/** The rows of a grid of values. */
export function pick(values: ArrayLike<number>, rows: readonly number[], columns: number): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => {
    for (let i = 0; i < columns; i++) picked[at * columns + i] = values[row * columns + i]!;
  });
  return picked;
}

/** Log-probabilities `[rows, columns]` of the responses' tokens at a temperature, and the logits they are from. */
export function responseLogProbs(
  model: LanguageModel,
  { tokens, keyMask, positions, targets, columns, rows }: ResponseTensors,
  temperature: number,
): { logProbs: tf.Tensor; logits: tf.Tensor } {
  // the logits of a position are for the token after it
  const all = model.forward(tokens, { keyMask, positions, logitsToKeep: columns + 1 });
  const logits = tf.div(tf.slice(all, [0, 0, 0], [rows, columns, all.shape[2]!]), temperature);
  return { logProbs: tf.neg(crossEntropy(logits, targets, { ignoreIndex: IGNORED })), logits };
}

/** Values `[rows, columns]` of the states that the responses' tokens are chosen in. */
export function responseValues(
  model: ValueModel,
  { tokens, keyMask, positions, columns, rows }: ResponseTensors,
): tf.Tensor {
  const all = model.forward(tokens, { keyMask, positions, logitsToKeep: columns + 1 });
  return tf.slice(all, [0, 0], [rows, columns]);
}
