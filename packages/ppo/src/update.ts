import { valueAndGradients } from '@ashlar/nn';
import { RandomStream } from '@ashlar/ops';
import { clipByGlobalNorm, type Optimizer } from '@ashlar/optim';
import { NonFiniteError } from '@ashlar/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { minibatches, minibatchSize, type Experience } from './experience.js';
import { policyLoss, valueLoss } from './losses.js';
import type { PpoOptions } from './options.js';
import { pick, responseLogProbs, responseValues, toTensors } from './responses.js';

/** What one update says, before it moves the weights. */
const names = [
  'loss',
  'policyLoss',
  'valueLoss',
  'clipFraction',
  'valueClipFraction',
  'approximateKl',
  'ratio',
  'entropy',
  'gradNorm',
] as const;

export type UpdateStatistics = Record<(typeof names)[number], number>;

export interface UpdateContext {
  options: PpoOptions;
  optimizer: Optimizer;
  /** What is trained, by path. */
  parameters: ReadonlyMap<string, tf.Variable>;
  learningRate: number;
  /** From 0 on. */
  iteration: number;
}

/** What an update learns from. */
type Learnt = Pick<Experience, 'responses' | 'logProbs' | 'values' | 'advantages' | 'returns'>;

/** What shapes an update. */
export type UpdateOptions = Pick<
  PpoOptions,
  'policy' | 'value' | 'temperature' | 'clipRange' | 'valueClipRange' | 'valueCoefficient' | 'maxGradNorm'
>;

/** All updates of an iteration: a new order of the rows in each epoch. */
export async function update(experience: Experience, context: UpdateContext): Promise<UpdateStatistics[]> {
  const { options, iteration } = context;
  const { epochs = 4, seed = 0 } = options;
  const { rows } = experience.responses;
  const size = minibatchSize(options, rows);
  const statistics: UpdateStatistics[] = [];
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const part of minibatches(permutation(rows, new RandomStream(seed, `ppo/order/${iteration}/${epoch}`)), size))
      statistics.push(await updateOnce(experience, part, context));
  return statistics;
}

async function updateOnce(
  experience: Experience,
  rows: readonly number[],
  { options, optimizer, parameters, learningRate, iteration }: UpdateContext,
): Promise<UpdateStatistics> {
  const { gradients, scale, said } = updateGradients(experience, rows, { options, parameters });
  try {
    const values = await said.data();
    const statistics = Object.fromEntries(names.map((name, i) => [name, values[i]!])) as UpdateStatistics;
    for (const [name, what] of [
      ['loss', 'loss'],
      ['gradNorm', 'gradient norm'],
    ] as const)
      // prettier-ignore
      if (!Number.isFinite(statistics[name]))
        throw new NonFiniteError(`iteration ${iteration + 1}: the ${what} is ${statistics[name]}`);
    optimizer.step(new Map(Object.entries(gradients)), { learningRate, gradientScale: scale });
    return statistics;
  } finally {
    tf.dispose([gradients, scale, said]);
  }
}

/** What an update needs, from some of the rows: gradients by path, what they are to be multiplied by, and what is said of it. */
export function updateGradients(
  experience: Learnt,
  rows: readonly number[],
  { options, parameters }: { options: UpdateOptions; parameters: ReadonlyMap<string, tf.Variable> },
): { gradients: Record<string, tf.Tensor>; scale: tf.Scalar; said: tf.Tensor } {
  const { maxGradNorm = 1 } = options;
  return tf.tidy(() => {
    const { value, gradients, aux } = valueAndGradients(() => lossOf(experience, rows, options), parameters);
    const { norm, scale } = clipByGlobalNorm(gradients, maxGradNorm ?? Infinity);
    return {
      gradients: Object.fromEntries(gradients),
      scale,
      said: tf.stack([value, aux['others']!, norm].flatMap(flat)),
    };
  });
}

const flat = (tensor: tf.Tensor): tf.Tensor[] => (tensor.rank === 0 ? [tensor] : tf.unstack(tensor));

function lossOf(experience: Learnt, rows: readonly number[], options: UpdateOptions) {
  const { policy, value, temperature = 0.7, clipRange = 0.2, valueClipRange = 0.2, valueCoefficient = 0.1 } = options;
  const { responses, logProbs: oldLogProbs, values: oldValues, advantages, returns } = experience;
  const part = toTensors(responses, rows);
  const { columns, mask } = part;
  const grid = (values: ArrayLike<number>) => tf.tensor2d(pick(values, rows, columns), [rows.length, columns]);
  const { logProbs, logits } = responseLogProbs(policy, part, temperature);
  const ofPolicy = policyLoss(
    { logProbs, oldLogProbs: grid(oldLogProbs), advantages: grid(advantages), mask },
    clipRange,
  );
  const ofValue = valueLoss(
    { values: responseValues(value, part), oldValues: grid(oldValues), returns: grid(returns), mask },
    valueClipRange,
  );
  const loss: tf.Scalar = tf.add(ofPolicy.loss, tf.mul(ofValue.loss, valueCoefficient));
  const others = [
    ofPolicy.loss,
    ofValue.loss,
    ofPolicy.clipFraction,
    ofValue.clipFraction,
    ofPolicy.approximateKl,
    ofPolicy.ratio,
    entropy(logits, mask),
  ];
  return { loss, aux: { others: tf.stack(others) } };
}

/** Mean over tokens of the entropy of what is predicted, in nats. */
function entropy(logits: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  const logProbs = tf.logSoftmax(logits);
  const each = tf.neg(tf.sum(tf.mul(tf.exp(logProbs), logProbs), -1));
  return tf.div(tf.sum(tf.mul(each, mask)), tf.sum(mask));
}

/** 0 to n - 1 in a new order (Fisher and Yates). */
function permutation(n: number, stream: RandomStream): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(stream.uniform(i) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
