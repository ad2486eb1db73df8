import { markInitialized, parameters, withoutInit, type Module } from '@ashlar/nn';
import { AdamW, type Optimizer } from '@ashlar/optim';
import * as tf from '@tensorflow/tfjs-core';
import { countTraining, type MemoryEstimate } from './memory-estimate.js';
import type { HostBatch, Objective } from './objective.js';
import { accumulate, toTensors } from './training-step.js';

export interface MemoryJob<M extends Module, B extends HostBatch> {
  /** Makes the model that is to be trained; its values do not matter. */
  model: () => M;
  objective: Objective<M, B>;
  /** The micro-batches of a step; only their shapes matter. */
  batches: readonly B[];
  /** @default AdamW */
  optimizer?: (parameters: ReadonlyMap<string, tf.Variable>) => Optimizer;
  /** A batch of an evaluation. @default none */
  evaluation?: B;
}

/**
 * How much memory a training takes on the current backend, before anything is made. It runs the step itself with tensors
 * that have shapes and no values (see `countMemory` of `@ashlar/ops`), so that it follows what every kernel takes and when
 * each tensor is freed.
 */
export function estimateMemory<M extends Module, B extends HostBatch>({
  model: make,
  objective,
  batches,
  optimizer: makeOptimizer = (trained) => new AdamW(trained),
  evaluation,
}: MemoryJob<M, B>): MemoryEstimate {
  return countTraining((phase) => {
    phase('parameters');
    const model = withoutInit(make);
    const trained = parameters(model);
    trained.forEach(markInitialized);
    phase('optimizer');
    const optimizer = makeOptimizer(trained);
    phase('step');
    const settings = { model, objective, parameters: trained, batches, maxGradNorm: 1, seed: 0, step: 0 };
    const { gradients, gradientScale } = accumulate(settings);
    phase('optimizer');
    optimizer.step(new Map(Object.entries(gradients)), { learningRate: 0, gradientScale });
    tf.dispose([gradients, gradientScale]);
    phase('step');
    if (evaluation) tf.tidy(() => void objective(model, toTensors(evaluation), {}));
    const { vocabSize } = (model as { config?: { vocabSize?: number } }).config ?? {};
    return { trained, vocabSize };
  });
}
