import type { Module } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { breathe } from './breathe.js';
import type { HostBatch, Objective } from './objective.js';
import { toTensors } from './training-step.js';

export interface Evaluation {
  /** Mean over all that counts, such as nats a token. */
  loss: number;
  /** Sum of all losses. */
  lossSum: number;
  /** How much counted: tokens, for `nextTokenObjective`. */
  weight: number;
  metrics: Record<string, number>;
}

export interface EvaluateOptions {
  /** Ends the evaluation between two batches. */
  signal?: AbortSignal;
  /** Told after each batch how many are done. */
  onBatch?: (done: number) => void;
}

/**
 * The mean loss over all of `batches`, with dropout off. Sums are added in float64.
 *
 * @returns null when it was aborted
 * @throws RangeError when nothing in the batches counts
 */
export async function evaluate<M extends Module, B extends HostBatch>(
  model: M,
  objective: Objective<M, B>,
  batches: Iterable<B>,
  { signal, onBatch }: EvaluateOptions = {},
): Promise<Evaluation | null> {
  let names: string[] = [];
  let totals: number[] = [];
  let done = 0;
  for (const batch of batches) {
    const sums = tf.tidy(() => {
      const { lossSum, weight, metrics = {} } = objective(model, toTensors(batch), {});
      names = Object.keys(metrics);
      return tf.stack([lossSum, weight, ...Object.values(metrics)].map((sum) => tf.cast(sum, 'float32')));
    });
    const values = await sums.data();
    totals = Array.from(values, (value, i) => (totals[i] ?? 0) + value);
    sums.dispose();
    onBatch?.(++done);
    await breathe();
    if (signal?.aborted) return null;
  }
  const [lossSum = 0, weight = 0, ...metricSums] = totals;
  if (!weight) throw new RangeError(`evaluate: nothing in the ${done} batches counts`);
  const metrics = Object.fromEntries(names.map((name, i) => [name, metricSums[i]! / weight]));
  return { loss: lossSum / weight, lossSum, weight, metrics };
}

/** `e` to the loss in nats a token: among how many equally likely tokens the model still wavers. */
export const perplexity = (loss: number): number => Math.exp(loss);

/** A sum of losses in nats as bits for each byte of the text: comparable between tokenizers. */
export const bitsPerByte = (nats: number, bytes: number): number => nats / (Math.LN2 * bytes);
