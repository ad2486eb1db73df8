import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { makeExclusive } from '../contract/donation.js';
import type { FusedKernels } from '../contract/kernels.js';
import { check, describe } from './shapes.js';

type Inputs = FusedKernels['AshlarAdamW']['inputs'];
type Attrs = FusedKernels['AshlarAdamW']['attrs'];

const run = /* @__PURE__ */ defineOp<'AshlarAdamW'>({
  name: 'AshlarAdamW',
  outputs: [],
  visible: 0,
  reference(inputs, attrs) {
    const rates = tf.unstack(inputs.rates);
    inputs.parameters.forEach((_, i) => tf.tidy(() => update(i, inputs, attrs, rates)));
    return [];
  },
});

/** One parameter and its moments. */
function update(i: number, inputs: Inputs, { beta1, beta2, eps, weightDecays }: Attrs, rates: tf.Tensor[]): void {
  const [learningRate, stepSize, correction2] = rates as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [parameter, m, v] = [inputs.parameters[i]!, inputs.firstMoments[i]!, inputs.secondMoments[i]!] as tf.Variable[];
  const gradient = inputs.gradientScale ? tf.mul(inputs.gradients[i]!, inputs.gradientScale) : inputs.gradients[i]!;
  m!.assign(tf.add(m!, tf.mul(tf.sub(gradient, m!), 1 - beta1)));
  v!.assign(tf.add(tf.mul(v!, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
  const denominator = tf.add(tf.div(tf.sqrt(v!), correction2), eps);
  const decay = weightDecays[i]!;
  const decayed = decay === 0 ? parameter! : tf.mul(parameter!, tf.sub(1, tf.mul(learningRate, decay)));
  parameter!.assign(tf.sub(decayed, tf.mul(stepSize, tf.div(m!, denominator))));
}

/** Lists of equal length: element i of each belongs to parameter i. */
export interface AdamWTensors {
  parameters: readonly tf.Variable[];
  gradients: readonly tf.Tensor[];
  firstMoments: readonly tf.Variable[];
  secondMoments: readonly tf.Variable[];
  /** One for each parameter. */
  weightDecays: readonly number[];
}

export interface AdamWOptions {
  learningRate: number;
  beta1: number;
  beta2: number;
  eps: number;
  /** Which step this is, from 1. */
  step: number;
  /** Scalar that multiplies all gradients first, such as a clipping factor. */
  gradientScale?: tf.Tensor;
}

/**
 * One AdamW step over all parameters (Loshchilov and Hutter 2019, arXiv 1711.05101; PyTorch's order of operations).
 * Parameters and moments change in place.
 *
 * @throws RangeError when the lists or shapes do not fit
 */
export function adamW(
  tensors: AdamWTensors,
  { learningRate, beta1, beta2, eps, step, gradientScale }: AdamWOptions,
): void {
  checkTensors(tensors);
  check(Number.isInteger(step) && step >= 1, () => `adamW: step (${step}) must be an integer from 1`);
  const { weightDecays, gradients } = tensors;
  const parameters = [...tensors.parameters];
  const firstMoments = [...tensors.firstMoments];
  const secondMoments = [...tensors.secondMoments];
  if (parameters.length === 0) return;
  for (const variables of [parameters, firstMoments, secondMoments]) variables.forEach(makeExclusive);
  tf.tidy(() => {
    const rates = tf.tensor1d([learningRate, learningRate / (1 - beta1 ** step), Math.sqrt(1 - beta2 ** step)]);
    run(
      {
        parameters,
        gradients: [...gradients],
        firstMoments,
        secondMoments,
        rates,
        ...(gradientScale && { gradientScale }),
      },
      { beta1, beta2, eps, weightDecays },
    );
  });
}

function checkTensors({ parameters, weightDecays, ...lists }: AdamWTensors): void {
  check(
    weightDecays.length === parameters.length,
    () => `adamW: ${weightDecays.length} weightDecays for ${parameters.length} parameters`,
  );
  for (const [name, list] of Object.entries(lists) as [string, readonly tf.Tensor[]][]) {
    check(list.length === parameters.length, () => `adamW: ${list.length} ${name} for ${parameters.length} parameters`);
    list.forEach((tensor, i) =>
      check(
        tensor.size === parameters[i]!.size && tensor.rank === parameters[i]!.rank,
        () =>
          `adamW: ${describe(`${name}[${i}]`, tensor)} must have the shape of ${describe(`parameters[${i}]`, parameters[i]!)}`,
      ),
    );
  }
}
