import * as tf from '@tensorflow/tfjs-core';
import { checkLearningRate, type Optimizer, type OptimizerState, type StepOptions } from './optimizer.js';
import { Slots } from './slots.js';

export interface SgdOptions {
  /** Part of the last change that is kept. @default 0 */
  momentum?: number;
  /** Looks ahead along the momentum. @default false */
  nesterov?: boolean;
  /** Part of a parameter that is added to its gradient. @default 0 */
  weightDecay?: number;
  /** Which parameters decay. @default those of rank 2 and more */
  decay?: (path: string, parameter: tf.Variable) => boolean;
}

/** Stochastic gradient descent, with momentum if wanted; equal to `torch.optim.SGD`. */
export class Sgd implements Optimizer {
  private readonly slots: Slots<'momentum_buffer'>;
  private readonly weightDecays: number[];
  private readonly momentum: number;
  private readonly nesterov: boolean;
  private stepsTaken = 0;

  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    { momentum = 0, nesterov = false, weightDecay = 0, decay = (_path, { rank }) => rank >= 2 }: SgdOptions = {},
  ) {
    if (!(momentum >= 0 && momentum < 1))
      throw new RangeError(`Sgd: momentum must be from 0 to below 1, found ${momentum}`);
    if (nesterov && momentum === 0) throw new RangeError('Sgd: nesterov needs a momentum above 0');
    if (!(weightDecay >= 0)) throw new RangeError(`Sgd: weightDecay must be from 0 on, found ${weightDecay}`);
    this.momentum = momentum;
    this.nesterov = nesterov;
    this.slots = new Slots(parameters, momentum > 0 ? ['momentum_buffer'] : []);
    this.weightDecays = this.slots.paths.map((path, i) => (decay(path, this.slots.parameters[i]!) ? weightDecay : 0));
  }

  get steps(): number {
    return this.stepsTaken;
  }

  step(gradients: ReadonlyMap<string, tf.Tensor>, { learningRate, gradientScale }: StepOptions): void {
    checkLearningRate(learningRate);
    const buffers = this.slots.of('momentum_buffer');
    this.slots.inOrder(gradients).forEach((given, i) =>
      tf.tidy(() => {
        const parameter = this.slots.parameters[i]!;
        const scaled = gradientScale ? tf.mul(given, gradientScale) : given;
        const decay = this.weightDecays[i]!;
        const gradient = decay > 0 ? tf.add(scaled, tf.mul(parameter, decay)) : scaled;
        const change = this.change(gradient, buffers[i]);
        parameter.assign(tf.sub(parameter, tf.mul(change, learningRate)));
      }),
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

  private change(gradient: tf.Tensor, buffer: tf.Variable | undefined): tf.Tensor {
    if (!buffer) return gradient;
    buffer.assign(tf.add(tf.mul(buffer, this.momentum), gradient));
    return this.nesterov ? tf.add(gradient, tf.mul(buffer, this.momentum)) : buffer;
  }
}
