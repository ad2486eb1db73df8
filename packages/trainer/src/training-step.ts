import { fromHost, valueAndGradients, type Module } from '@ashlar/nn';
import { DropoutRng } from '@ashlar/ops';
import { clipByGlobalNorm, type Optimizer } from '@ashlar/optim';
import * as tf from '@tensorflow/tfjs-core';
import type { HostBatch, Objective, TensorBatch } from './objective.js';

export interface TrainingStepOptions<M extends Module, B extends HostBatch> {
  model: M;
  objective: Objective<M, B>;
  optimizer: Optimizer;
  /** What is trained, by path. */
  parameters: ReadonlyMap<string, tf.Variable>;
  /** Micro-batches, together one optimizer step. */
  batches: readonly B[];
  learningRate: number;
  /** Largest global norm of the gradient; null does not clip. */
  maxGradNorm: number | null;
  /** Of the dropout masks. */
  seed: number;
  /** Optimizer steps done so far. */
  step: number;
}

export interface StepResult {
  /** Mean loss over the whole step, before the update. */
  loss: number;
  /** What it is a mean over. */
  weight: number;
  /** Global norm of the gradient, before clipping. */
  gradNorm: number;
  metrics: Record<string, number>;
}

/** A loss or a gradient that is not a number; the parameters are as they were before the step. */
export class NonFiniteError extends Error {
  override name = 'NonFiniteError';
}

/**
 * One optimizer step over one or more micro-batches. Sums are gathered over all of them and divided once, so that every
 * token counts the same however the step is cut. Waits for the backend once, and updates only if all is finite.
 */
export async function trainingStep<M extends Module, B extends HostBatch>(
  options: TrainingStepOptions<M, B>,
): Promise<StepResult> {
  const { optimizer, learningRate, step } = options;
  const { gradients, gradientScale, sums, names } = accumulate(options);
  try {
    const [lossSum, weight, gradNorm, ...metricSums] = (await sums.data()) as Float32Array;
    if (!weight) throw new RangeError(`step ${step + 1}: the weight of the batch is ${weight}, nothing in it counts`);
    const loss = lossSum! / weight;
    for (const [name, value] of [['loss', loss] as const, ['gradient norm', gradNorm!] as const])
      if (!Number.isFinite(value)) throw new NonFiniteError(`step ${step + 1}: the ${name} is ${value}`);
    optimizer.step(new Map(Object.entries(gradients)), { learningRate, gradientScale });
    const metrics = Object.fromEntries(names.map((name, i) => [name, metricSums[i]! / weight]));
    return { loss, weight, gradNorm: gradNorm!, metrics };
  } finally {
    tf.dispose([gradients, gradientScale, sums]);
  }
}

interface Accumulated {
  /** Of the sum of all losses, by parameter path. */
  gradients: Record<string, tf.Tensor>;
  /** Makes of that sum the clipped gradient of the mean. */
  gradientScale: tf.Scalar;
  /** float32 `[3 + metrics]`: sum of losses, weight, norm of the gradient of the mean, sums of metrics. */
  sums: tf.Tensor;
  /** Of the metrics. */
  names: string[];
}

/** The gradients of a step, and how they are to be scaled. Waits for nothing. */
export function accumulate<M extends Module, B extends HostBatch>(
  options: Omit<TrainingStepOptions<M, B>, 'optimizer' | 'learningRate'>,
): Accumulated {
  const { batches, maxGradNorm, seed, step } = options;
  const rng = new DropoutRng({ seed, step });
  let names: string[] = [];
  let total: { gradients: Record<string, tf.Tensor>; sums: tf.Tensor } | undefined;
  for (const batch of batches) {
    const before = total;
    total = tf.tidy(() => {
      const { names: found, ...one } = microStep(options, batch, rng);
      names = found;
      return before ? { gradients: addAll(before.gradients, one.gradients), sums: tf.add(before.sums, one.sums) } : one;
    });
    if (before) tf.dispose(before);
  }
  if (!total) throw new RangeError(`step ${step + 1}: there is no batch`);
  const { gradients, sums } = total;
  const found = tf.tidy(() => {
    const [lossSum, weight, ...metrics] = tf.unstack(sums);
    const { norm, scale } = clipByGlobalNorm(new Map(Object.entries(gradients)), maxGradNorm ?? Infinity, {
      gradientScale: tf.div(1, weight!),
    });
    return { gradientScale: scale, sums: tf.stack([lossSum!, weight!, norm, ...metrics]) };
  });
  sums.dispose();
  return { ...found, gradients, names };
}

function microStep<M extends Module, B extends HostBatch>(
  { model, objective, parameters }: Pick<TrainingStepOptions<M, B>, 'model' | 'objective' | 'parameters'>,
  batch: B,
  rng: DropoutRng,
) {
  const tensors = toTensors(batch);
  let names: string[] = [];
  const { value, gradients, aux } = valueAndGradients(() => {
    const { lossSum, weight, metrics = {} } = objective(model, tensors, { rng });
    names = Object.keys(metrics);
    return { loss: lossSum, aux: { weight, ...prefixed(metrics) } as tf.NamedTensorMap };
  }, parameters);
  const sums = [value, aux['weight']!, ...names.map((name) => aux[`metric ${name}`]!)];
  return {
    gradients: Object.fromEntries(gradients),
    sums: tf.stack(sums.map((sum) => tf.cast(sum, 'float32'))),
    names,
  };
}

const prefixed = (metrics: Readonly<Record<string, tf.Scalar>>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, sum]) => [`metric ${name}`, sum]));

/** A batch on the backend. */
export const toTensors = <B extends HostBatch>(batch: B): TensorBatch<B> =>
  Object.fromEntries(Object.entries(batch).map(([name, array]) => [name, fromHost(array)])) as TensorBatch<B>;

/** Sums by name, which replace what is summed; a parameter that only some micro-batches touch is kept. */
function addAll(a: Record<string, tf.Tensor>, b: Record<string, tf.Tensor>): Record<string, tf.Tensor> {
  const sums = { ...a, ...b };
  for (const path of Object.keys(sums)) {
    const [x, y] = [a[path], b[path]];
    sums[path] = x && y ? tf.add(x, y) : tf.clone((x ?? y)!);
    tf.dispose([x, y].filter((tensor) => tensor !== undefined));
  }
  return sums;
}
