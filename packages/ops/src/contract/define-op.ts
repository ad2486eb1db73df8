import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../gradients/index.js';
import { unrecorded } from '../tape/isolated.js';
import { mode, record, retain } from '../tape/record.js';
import type { FusedKernelName, FusedKernels } from './kernels.js';
import { joinLists, runFusedKernel, splitLists, type OpInputs } from './registry.js';

/** Names of kernels that have a gradient kernel. */
type GradientName<Name extends string> = Extract<`${Name}Grad`, FusedKernelName>;
type WantedName<Name extends string> = FusedKernels[GradientName<Name>]['attrs'] extends {
  wanted: readonly (infer W extends string)[];
}
  ? W
  : never;

/** The analytic gradient of an op. */
export interface OpGradient<Name extends FusedKernelName> {
  /** Inputs that have a gradient. */
  wanted: readonly WantedName<Name>[];
  /** Inputs and outputs that the gradient reads, by name. */
  saves: readonly string[];
  /**
   * The definition in plain tfjs: gradients of the inputs in `attrs.wanted`, in that order. It gets what was saved and
   * `d<output>` for each output, and never returns one of them.
   */
  reference(
    inputs: FusedKernels[GradientName<Name>]['inputs'],
    attrs: FusedKernels[GradientName<Name>]['attrs'],
  ): tf.Tensor[];
}

/** A fused op: contract, reference, gradient. */
export interface OpDefinition<Name extends FusedKernelName> {
  /** Name of the kernel; the gradient's is `<name>Grad`. */
  name: Name;
  /** Names of the outputs, residuals last. */
  outputs: readonly string[];
  /** How many outputs the caller sees; the rest are residuals, made only while a tape records. @default 1 */
  visible?: number;
  /** The definition in plain tfjs. Never returns one of its inputs. */
  reference(inputs: FusedKernels[Name]['inputs'], attrs: FusedKernels[Name]['attrs']): tf.Tensor[];
  /** Missing for an op that is never differentiated. */
  gradient?: OpGradient<Name>;
}

/** Calls a fused op; the result holds its visible outputs. */
export type Op<Name extends FusedKernelName> = (
  inputs: FusedKernels[Name]['inputs'],
  attrs: Omit<FusedKernels[Name]['attrs'], 'residuals'>,
) => tf.Tensor[];

/**
 * Makes the function of a fused op. It runs the kernel that the current backend has registered for such a call, else the reference,
 * and is recorded as one node, whose gradient again runs its kernel or its reference.
 */
export function defineOp<Name extends FusedKernelName>(definition: OpDefinition<Name>): Op<Name> {
  const { name, outputs: outputNames, visible = 1, reference, gradient } = definition;
  const hasResiduals = outputNames.length > visible;
  const gradientName = `${name}Grad`;

  return (inputs, attrs) => {
    const now = mode();
    if (gradient && now === 'compose')
      return compose(() => reference(inputs, { ...attrs, residuals: false } as FusedKernels[Name]['attrs']));
    const flat = gradient && now === 'record' ? splitLists(inputs as OpInputs) : {};
    const differentiable = gradient && pick(flat, gradient.wanted);
    const forwardAttrs = hasResiduals ? { ...attrs, residuals: differentiable !== undefined } : attrs;
    const all = unrecorded(() => run(name, inputs as OpInputs, forwardAttrs, reference as Reference));
    if (!gradient || !differentiable) return all;

    const outputs = all.slice(0, visible);
    const residuals = all.slice(visible).map(tf.keep);
    const byName: tf.NamedTensorMap = { ...flat };
    outputNames.forEach((output, i) => all[i] && (byName[output] = all[i]));
    const saved = pick(byName, gradient.saves) ?? {};
    for (const key in saved) if (!residuals.includes(saved[key]!)) saved[key] = retain(saved[key]!);

    record({
      name,
      inputs: differentiable,
      outputs,
      saved: [...new Set([...Object.values(saved), ...residuals])],
      gradient(wanted, dys) {
        const read = { ...saved };
        dys.forEach((dy, i) => dy && (read[`d${outputNames[i]}`] = dy));
        return run(gradientName, joinLists(read), { ...attrs, wanted }, gradient.reference as Reference);
      },
    });
    return outputs;
  };
}

type Reference = (inputs: object, attrs: object) => tf.Tensor[];

/** The kernel of the current backend if there is one for this call, else the reference. */
const run = (name: string, inputs: OpInputs, attrs: object, reference: Reference): tf.Tensor[] =>
  runFusedKernel(name, inputs, attrs) ?? tf.tidy(() => reference(inputs, attrs));

/** A gradient of a gradient is that of the stock operations in the reference. */
function compose(reference: () => tf.Tensor[]): tf.Tensor[] {
  registerGradients();
  return tf.tidy(reference);
}

/** The entries called `name` or `name.<i>` for one of `names`; undefined when there is none. */
function pick(flat: tf.NamedTensorMap, names: readonly string[]): tf.NamedTensorMap | undefined {
  let picked: tf.NamedTensorMap | undefined;
  for (const key in flat) {
    const dot = key.indexOf('.');
    if (names.includes(dot < 0 ? key : key.slice(0, dot))) (picked ??= {})[key] = flat[key]!;
  }
  return picked;
}
