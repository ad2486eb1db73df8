import { markInitialized, parameters, withoutInit, type Module } from '@ashlar/nn';
import { countMemory, type Held } from '@ashlar/ops';
import { AdamW, type Optimizer } from '@ashlar/optim';
import * as tf from '@tensorflow/tfjs-core';
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

/** Bytes that are held at the moment of a training when it is most. */
export interface MemoryEstimate {
  /** Of the model, trained or not. */
  parameters: number;
  /** Of the parameters: those that are complete by then, and with several micro-batches the sums so far. */
  gradients: number;
  /**
   * What the optimizer keeps: for AdamW two values for each trained parameter. Where it runs as a reference (not on wasm), also
   * what its update computes.
   */
  optimizer: number;
  /**
   * What the forward pass keeps for the backward pass (the inputs of norms and projections, queries, keys and values, what
   * goes into and comes out of the activation; with gradient checkpointing the inputs of blocks, and all of one block), the
   * gradients on their way through it, and the batch.
   */
  activations: number;
  /** Of the vocabulary's width: logits, and their gradient or probabilities. */
  logits: number;
  /** What kernels need for the time of a call, such as the packed operands of a matrix product. */
  scratch: number;
  /** All of them. */
  peak: number;
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
  let trainedShapes = new Set<string>();
  let vocabSize: unknown;
  const { bytes: peak, held } = countMemory((phase) => {
    phase('parameters');
    const model = withoutInit(make);
    const trained = parameters(model);
    trained.forEach(markInitialized);
    trainedShapes = new Set([...trained.values()].map(({ shape }) => String(shape)));
    vocabSize = (model as { config?: { vocabSize?: number } }).config?.vocabSize;
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
    optimizer.dispose();
    model.dispose();
  });
  const term = ({ shape, phase, recorded }: Held): Exclude<keyof MemoryEstimate, 'peak'> => {
    if (shape === null) return 'scratch';
    if (phase !== 'step') return phase as 'parameters' | 'optimizer';
    if (!recorded && trainedShapes.has(String(shape))) return 'gradients';
    return shape.length > 1 && shape.at(-1) === vocabSize ? 'logits' : 'activations';
  };
  const estimate = { parameters: 0, gradients: 0, optimizer: 0, activations: 0, logits: 0, scratch: 0, peak };
  for (const block of held) estimate[term(block)] += block.bytes;
  return estimate;
}
