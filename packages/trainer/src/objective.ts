import type { Batch } from '@ashlar/data';
import type { HostTensor, LanguageModel, Module } from '@ashlar/nn';
import { crossEntropy, type DropoutRng } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';

/** What one forward and backward pass is given, on the host: arrays with shapes, by name. */
export type HostBatch = Readonly<Record<string, HostTensor>>;

/** Rows of text: `inputIds` int32 `[batch, seq]`, and `targets` of the same shape, -100 where nothing is to be learnt. */
export type TokenBatch = { readonly inputIds: HostTensor; readonly targets: HostTensor };

/** A host batch on the backend. */
export type TensorBatch<B extends HostBatch> = { readonly [Name in keyof B]: tf.Tensor };

export interface ObjectiveContext {
  /** Where dropout gets its masks; missing in evaluation, which switches dropout off. */
  rng?: DropoutRng;
}

/** Sums, not means: the loop divides by the weight of the whole optimizer step, or of the whole held-out split. */
export interface ObjectiveResult {
  /** What is minimized, summed over all that counts; the only tensor with a gradient. */
  lossSum: tf.Scalar;
  /** How much counts: tokens, pairs, rows. */
  weight: tf.Scalar;
  /** Further sums to report, divided by `weight` as the loss is. */
  metrics?: Readonly<Record<string, tf.Scalar>>;
}

/** What a model is trained for. Called inside `tf.tidy`. */
export type Objective<M extends Module = LanguageModel, B extends HostBatch = TokenBatch> = (
  model: M,
  batch: TensorBatch<B>,
  context: ObjectiveContext,
) => ObjectiveResult;

/** A target that does not count. */
export const IGNORED = -100;

/** Predict each next token: cross entropy in nats, counted in tokens whose target is not -100. */
export const nextTokenObjective: Objective = (model, { inputIds, targets }, { rng }) => {
  const logits = model.forward(inputIds, { ...(rng && { rng }) }); // [batch, seq, vocab]
  return {
    lossSum: tf.sum(crossEntropy(logits, targets, { ignoreIndex: IGNORED })),
    weight: tf.sum(tf.cast(tf.notEqual(targets, tf.scalar(IGNORED, 'int32')), 'float32')),
  };
};

/** The rows of a dataset's batch as `micro` batches of equal or nearly equal size, in order. */
export function microBatches({ inputIds, targets, batchSize, seqLength }: Batch, micro = 1): TokenBatch[] {
  return cutRows({ inputIds, targets }, { batchSize, seqLength, micro });
}

/** Arrays of `[batchSize, seqLength]`, cut into `micro` parts between rows. */
export function cutRows<Name extends string>(
  arrays: Readonly<Record<Name, Int32Array>>,
  { batchSize, seqLength, micro }: { batchSize: number; seqLength: number; micro: number },
): Record<Name, HostTensor>[] {
  if (!(Number.isInteger(micro) && micro >= 1 && micro <= batchSize))
    throw new RangeError(`microBatches: ${batchSize} rows cannot be cut into ${micro} micro-batches`);
  return Array.from({ length: micro }, (_, i) => {
    const [from, to] = [Math.floor((i * batchSize) / micro), Math.floor(((i + 1) * batchSize) / micro)];
    const rows = (data: Int32Array): HostTensor => ({
      dtype: 'int32',
      shape: [to - from, seqLength],
      data: data.subarray(from * seqLength, to * seqLength),
    });
    const entries = Object.entries<Int32Array>(arrays).map(([name, data]) => [name, rows(data)]);
    return Object.fromEntries(entries) as Record<Name, HostTensor>;
  });
}
