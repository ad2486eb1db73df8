import * as tf from '@tensorflow/tfjs-core';
import type { FusedKernelName, FusedKernels, KernelContract } from './kernels.js';

/** Inputs of any kernel: tensors, lists of tensors, or nothing where an optional one is missing. */
export type OpInputs = Record<string, tf.Tensor | tf.Tensor[] | undefined>;

/** What a kernel function gets: lists are arrays again, a missing optional input is undefined. */
export interface KernelCall<C extends KernelContract, Backend> {
  inputs: C['inputs'];
  attrs: C['attrs'];
  backend: Backend;
}

/** What a kernel says about a call before it is run. */
export type Covers<Name extends FusedKernelName> = (
  call: Pick<KernelCall<FusedKernels[Name], unknown>, 'inputs' | 'attrs'>,
) => boolean;

/** On the entry in tfjs's registry, so that it goes and comes back with that. */
const covered = Symbol.for('@ashlar/ops covers');
type Config = tf.KernelConfig & { [covered]?: Covers<FusedKernelName> };

/**
 * Registers the kernel of a fused op for a backend. Registering again replaces it.
 *
 * @param kernel returns its outputs in the order of the contract, always as a list
 * @param options.covers false for calls that the kernel cannot do: these run as the op's reference. @default all
 */
export function registerFusedKernel<Name extends FusedKernelName, Backend = tf.KernelBackend>(
  kernelName: Name,
  backendName: string,
  kernel: (call: KernelCall<FusedKernels[Name], Backend>) => tf.TensorInfo[],
  { covers }: { covers?: Covers<Name> } = {},
): void {
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  const kernelFunc: tf.KernelFunc = ({ inputs, attrs, backend }) =>
    kernel({
      inputs: joinLists(inputs as tf.NamedTensorMap) as FusedKernels[Name]['inputs'],
      attrs: attrs as unknown as FusedKernels[Name]['attrs'],
      backend: backend as Backend,
    });
  const config: Config = { kernelName, backendName, kernelFunc };
  if (covers) config[covered] = covers as Covers<FusedKernelName>;
  tf.registerKernel(config);
}

/** Whether the current backend has a kernel for this call of a fused op. */
export function hasKernel(name: string, inputs: tf.NamedTensorMap, attrs: object): boolean {
  const config: Config | undefined = tf.getKernel(name, tf.getBackend());
  if (!config) return false;
  const covers = config[covered];
  return !covers || covers({ inputs: joinLists(inputs), attrs } as Parameters<Covers<FusedKernelName>>[0]);
}

/** Named inputs as tfjs takes them: element i of the list `name` becomes `name.i`, missing ones are left out. */
export function splitLists(inputs: OpInputs): tf.NamedTensorMap {
  const flat: tf.NamedTensorMap = {};
  for (const name in inputs) {
    const value = inputs[name];
    if (Array.isArray(value)) value.forEach((tensor, i) => (flat[`${name}.${i}`] = tensor));
    else if (value) flat[name] = value;
  }
  return flat;
}

/** The inverse of `splitLists`. */
export function joinLists(flat: tf.NamedTensorMap): OpInputs {
  const inputs: OpInputs = {};
  for (const key in flat) {
    const dot = key.indexOf('.');
    if (dot < 0) inputs[key] = flat[key];
    else ((inputs[key.slice(0, dot)] ??= []) as tf.Tensor[]).push(flat[key]!);
  }
  return inputs;
}
