import type { HostTensor } from '@ashlar/nn';
import type * as tf from '@tensorflow/tfjs-core';

export interface StepOptions {
  /** Of this step: schedules compute it. */
  learningRate: number;
  /** Scalar that multiplies all gradients first, such as the `scale` of `clipByGlobalNorm`. @default 1 */
  gradientScale?: tf.Scalar;
}

/** What changes parameters by their gradients. */
export interface Optimizer {
  /** Steps taken. */
  readonly steps: number;
  /**
   * Changes every parameter in place; the gradients stay the caller's.
   *
   * @param gradients one for each parameter, by path
   */
  step(gradients: ReadonlyMap<string, tf.Tensor>, options: StepOptions): void;
  /** All that going on exactly needs, copied to the host. */
  state(): Promise<OptimizerState>;
  /** Goes back to a state. @throws Error that says what does not fit; nothing has changed then */
  loadState(state: OptimizerState): void;
  /** Frees the optimizer's own tensors, not the parameters. */
  dispose(): void;
}

/** An optimizer on the host: what a checkpoint holds. */
export interface OptimizerState {
  /** Steps taken. */
  step: number;
  /** Slots by `<path of the parameter>.<torch's name>`, such as `wte.weight.exp_avg`. */
  tensors: ReadonlyMap<string, HostTensor>;
}

/** @throws RangeError for a learning rate that no schedule should give */
export function checkLearningRate(learningRate: number): void {
  if (!(learningRate >= 0 && learningRate < Infinity))
    throw new RangeError(`learningRate must be a finite number from 0 on, found ${learningRate}`);
}
