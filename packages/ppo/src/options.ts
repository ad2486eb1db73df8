import type { HuggingFaceFolder } from '@ashlar/checkpoint';
import type { ForwardOptions, LanguageModel, Module } from '@ashlar/nn';
import type { MeasurementPlan, PauseSwitch, Run } from '@ashlar/trainer';
import type * as tf from '@tensorflow/tfjs-core';
import type { KlOptions } from './kl.js';

/** A response to be judged. */
export interface Sample {
  prompt: readonly number[];
  /** Ids up to and with EOS. */
  completion: readonly number[];
  /** Where `decode` is given. */
  promptText?: string;
  /** Where `decode` is given. */
  completionText?: string;
  /** Whether it came to EOS. */
  ended: boolean;
}

/** Judges responses: a number for each, of any scale; more is better. */
export type RewardFunction = (samples: readonly Sample[]) => ArrayLike<number> | Promise<ArrayLike<number>>;

/** One number for each position, such as `Gpt2WithScore`. */
export interface ValueModel extends Module {
  /** int32 `[batch, seq]` to `[batch, seq]`, or the last `logitsToKeep` of it */
  forward(tokens: tf.Tensor, options?: ForwardOptions): tf.Tensor;
}

/**
 * What the policy is kept near to: a model (a frozen copy), or something that runs a function while the policy computes
 * what the reference would, such as `(f) => disabled(policy, f)` of `@ashlar/lora`.
 */
export type Reference = LanguageModel | (<T>(f: () => T) => T);

/** What PPO is given. */
export interface PpoOptions {
  /** Trained in place; what of it is not trainable stays as it is. */
  policy: LanguageModel;
  reference: Reference;
  /** Trained in place; a module of its own, InstructGPT starts it from the reward model. */
  value: ValueModel;
  /** The prompts of an iteration, which counts from 0; must depend on nothing else, or resuming is not exact. */
  prompts: (iteration: number) => readonly (readonly number[])[];
  reward: RewardFunction;
  /** Makes texts of ids for the reward function. @default it gets ids alone */
  decode?: (ids: readonly number[]) => string;
  /** Ends a response. */
  eosTokenId: number;
  /** Fills rows up; never attended to. */
  padTokenId: number;
  /** Rounds of sampling and learning. */
  iterations: number;
  /** Tokens of a response at most. */
  maxNewTokens: number;
  /** Of the sampling, and of every log-probability after it. @default 0.7 */
  temperature?: number;
  /** Passes over each batch. @default 4 */
  epochs?: number;
  /** Rows of an update; the number of prompts must be a multiple. @default a quarter of the prompts */
  minibatchSize?: number;
  /** The learning rate of an iteration. @default 3e-6, constant */
  schedule?: (iteration: number) => number;
  /** Largest global norm of a gradient; null does not clip. @default 1 */
  maxGradNorm?: number | null;
  kl?: KlOptions;
  /** @default 1 */
  gamma?: number;
  /** @default 0.95 */
  lambda?: number;
  /** How far a ratio may leave 1 before it earns nothing more. @default 0.2 */
  clipRange?: number;
  /** How far a value may leave the old one likewise. @default 0.2 */
  valueClipRange?: number;
  /** Weight of the value loss. @default 0.1 */
  valueCoefficient?: number;
  /** Scales rewards to variance 1 in each batch. @default false */
  whitenRewards?: boolean;
  /** What a response loses that did not come to EOS. @default 1 */
  missingEosPenalty?: number;
  /** Of the sampling and of the order of updates. @default 0 */
  seed?: number;
  /** Where everything is kept. @default nothing is kept */
  run?: Run;
  /** After how many iterations the exact state is saved. @default only at the end */
  checkpointEvery?: number;
  /** Looks at the policy, such as at its answers to held-out prompts. @default never */
  measurement?: MeasurementPlan;
  /** Makes the Hugging Face folder `model` of the run. @default it is not written */
  exportModel?: () => Promise<HuggingFaceFolder>;
  /** Ends training after the iteration it is at; its state is saved. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
}

/** @throws RangeError of one sentence for the first setting that cannot work */
export function checkOptions({
  iterations,
  maxNewTokens,
  temperature = 0.7,
  epochs = 4,
  ...options
}: PpoOptions): void {
  const { clipRange = 0.2, valueClipRange = 0.2, gamma = 1, lambda = 0.95, kl = {} } = options;
  const { coefficient = 0.05, target = null, horizon = 10_000 } = kl;
  for (const [name, value] of Object.entries({ iterations, maxNewTokens, epochs }))
    if (!(Number.isInteger(value) && value >= 1))
      throw new RangeError(`ppo: ${name} must be a whole number from 1 on, found ${value}`);
  for (const [name, value] of Object.entries({ temperature, clipRange, valueClipRange, horizon, target: target ?? 1 }))
    if (!(value > 0)) throw new RangeError(`ppo: ${name} must be above 0, found ${value}`);
  for (const [name, value] of Object.entries({ gamma, lambda }))
    if (!(value >= 0 && value <= 1)) throw new RangeError(`ppo: ${name} must be from 0 to 1, found ${value}`);
  if (!(coefficient >= 0)) throw new RangeError(`ppo: kl.coefficient must be 0 or more, found ${coefficient}`);
}
