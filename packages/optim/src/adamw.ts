import { adamW } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import { checkLearningRate, type Optimizer, type OptimizerState, type StepOptions } from './optimizer.js';
import { Slots } from './slots.js';

export interface AdamWOptions {
  /** Decay of the running means of the gradient and of its square. @default [0.9, 0.95] */
  betas?: readonly [number, number];
  /** Keeps the division finite. @default 1e-8 */
  eps?: number;
  /** Part of itself that a decayed parameter loses per step, times the learning rate. @default 0.1 */
  weightDecay?: number;
  /** Which parameters decay. @default those of rank 2 and more: matrices and embeddings, not biases and norm gains */
  decay?: (path: string, parameter: tf.Variable) => boolean;
}

/**
 * Adam with decoupled weight decay, all parameters in one engine call; equal to `torch.optim.AdamW`.
 *
 * @see Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101
 */
export class AdamW implements Optimizer {
  private readonly slots: Slots<'exp_avg' | 'exp_avg_sq'>;
  private readonly weightDecays: number[];
  private readonly betas: readonly [number, number];
  private readonly eps: number;
  private stepsTaken = 0;

  /** @param parameters what `parameters(model)` of `@ashlar/nn` gives */
  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    { betas = [0.9, 0.95], eps = 1e-8, weightDecay = 0.1, decay = (_path, { rank }) => rank >= 2 }: AdamWOptions = {},
  ) {
    if (!betas.every((beta) => beta >= 0 && beta < 1))
      throw new RangeError(`AdamW: betas must be from 0 to below 1, found [${betas.join(', ')}]`);
    if (!(eps >= 0)) throw new RangeError(`AdamW: eps must be from 0 on, found ${eps}`);
    if (!(weightDecay >= 0)) throw new RangeError(`AdamW: weightDecay must be from 0 on, found ${weightDecay}`);
    this.betas = betas;
    this.eps = eps;
    this.slots = new Slots(parameters, ['exp_avg', 'exp_avg_sq']);
    this.weightDecays = this.slots.paths.map((path, i) => (decay(path, this.slots.parameters[i]!) ? weightDecay : 0));
  }

  get steps(): number {
    return this.stepsTaken;
  }

  step(gradients: ReadonlyMap<string, tf.Tensor>, { learningRate, gradientScale }: StepOptions): void {
    checkLearningRate(learningRate);
    adamW(
      {
        parameters: this.slots.parameters,
        gradients: this.slots.inOrder(gradients),
        firstMoments: this.slots.of('exp_avg'),
        secondMoments: this.slots.of('exp_avg_sq'),
        weightDecays: this.weightDecays,
      },
      {
        learningRate,
        beta1: this.betas[0],
        beta2: this.betas[1],
        eps: this.eps,
        step: this.stepsTaken + 1,
        ...(gradientScale && { gradientScale }),
      },
    );
    this.stepsTaken++;
  }

  async state(): Promise<OptimizerState> {
    return { step: this.stepsTaken, tensors: await this.slots.toHost() };
  }

  loadState(state: OptimizerState): void {
    this.slots.load(state);
    this.stepsTaken = state.step;
  }

  dispose(): void {
    this.slots.dispose();
  }
}
