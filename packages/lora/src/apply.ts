import type { Module } from '@ashlar/nn';
import { RandomStream } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { adapt, assertPlain, type AdapterValues } from './adaptation.js';
import { denseWeight, linearsOf, sizesOf } from './linear-like.js';
import { rowNorms } from './magnitude.js';
import { patternValue } from './pattern.js';
import { selectModules } from './saved-modules.js';
import { selectTargets, type TargetModules } from './targets.js';

/** PEFT's settings in camel case, with PEFT's defaults. */
export interface LoraOptions {
  /** Width of the adapters. @default 8 */
  rank?: number;
  /** The adapter's output is scaled by `alpha / rank`. @default 8 */
  alpha?: number;
  /** Share of the adapter's input to drop while training. @default 0 */
  dropout?: number;
  /** Which linears to adapt. @default 'all-linear' */
  targetModules?: TargetModules;
  /** Scales by `alpha / sqrt(rank)` instead. @default false */
  useRslora?: boolean;
  /** DoRA: learns the length of each row of the weight beside its direction. @default false */
  useDora?: boolean;
  /** Modules that train whole and are saved with the adapters, by path or its end: a new `score` head. @default none */
  modulesToSave?: readonly string[];
  /** Other ranks, by regular expression for the end of the path. @default none */
  rankPattern?: Readonly<Record<string, number>>;
  /** Other alphas, likewise. @default none */
  alphaPattern?: Readonly<Record<string, number>>;
  /** Draws A. @default 0 */
  seed?: number;
}

/**
 * Puts a LoRA adapter around linears of `model`, in place. The model computes what it did, bit for bit, until training
 * moves the adapters; all other variables but those of `modulesToSave` stop training until `removeLora`.
 *
 * A is uniform in ±1/sqrt(in) (Kaiming's with a = sqrt(5)), from the stream `init/<path>.lora_A.weight`; B is 0.
 *
 * @returns the paths of the adapted linears
 * @throws Error for targets or modules that match nothing (it lists what there is) or a model that carries adapters already,
 * RangeError for settings out of range; the model is then unchanged
 */
export function applyLora(model: Module, options: LoraOptions = {}): string[] {
  const { rank = 8, alpha = 8, dropout = 0, targetModules = 'all-linear', seed = 0 } = options;
  const { useRslora = false, useDora = false, modulesToSave = [], rankPattern = {}, alphaPattern = {} } = options;
  assertPlain(model, 'applyLora');
  if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`applyLora: dropout (${dropout}) must be in [0, 1)`);
  for (const value of [rank, ...Object.values(rankPattern)])
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`applyLora: rank (${value}) must be a positive integer`);
  for (const value of [alpha, ...Object.values(alphaPattern)])
    if (!(value > 0 && value < Infinity)) throw new RangeError(`applyLora: alpha (${value}) must be a positive number`);

  const linears = linearsOf(model);
  const paths = selectTargets([...linears.keys()], targetModules);
  const saved = selectModules(model, modulesToSave, paths, 'applyLora');
  tf.tidy(() => {
    const values = new Map<string, AdapterValues>();
    for (const path of paths) {
      const linear = linears.get(path)!;
      const { inFeatures, outFeatures } = sizesOf(linear);
      const r = patternValue(rankPattern, path, rank);
      const [max, stream] = [1 / Math.sqrt(inFeatures), new RandomStream(seed, `init/${path}.lora_A.weight`)];
      const a = tf.tensor(stream.uniformArray(r * inFeatures, { min: -max, max }), [r, inFeatures]);
      const magnitude = useDora ? rowNorms(denseWeight(linear)) : null;
      const b = tf.zeros([outFeatures, r]);
      values.set(path, { a, b, alpha: patternValue(alphaPattern, path, alpha), magnitude });
    }
    adapt(model, values, { dropout, useRslora, modulesToSave: saved });
  });
  return paths;
}
