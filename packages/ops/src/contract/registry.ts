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

type Kernel = (call: { inputs: OpInputs; attrs: object; backend: tf.KernelBackend }) => tf.TensorInfo[];

/** On the entry in tfjs's registry, so that it goes and comes back with that. */
const own = Symbol.for('@ashlar/ops kernel');
interface Own {
  kernel: Kernel;
  covers: Covers<FusedKernelName> | undefined;
}
type Config = tf.KernelConfig & { [own]?: Own };

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
  const run = kernel as unknown as Kernel;
  const config: Config = {
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) =>
      run({ inputs: joinLists(inputs as tf.NamedTensorMap), attrs: attrs!, backend: backend as tf.KernelBackend }),
    [own]: { kernel: run, covers: covers as Covers<FusedKernelName> | undefined },
  };
  tf.registerKernel(config);
}

/**
 * Runs the current backend's kernel for this call of a fused op; undefined where there is none.
 *
 * It does what the engine's `runKernel` does, without its lookups, copies and closures, which take longer than a small kernel.
 * While tfjs profiles or debugs, the engine runs it.
 */
export function runFusedKernel(name: string, inputs: OpInputs, attrs: object): tf.Tensor[] | undefined {
  const engine = tf.engine();
  const found = (tf.getKernel(name, engine.backendName) as Config | undefined)?.[own];
  if (!found) return undefined;
  const { kernel, covers } = found;
  if (covers && !covers({ inputs, attrs } as Parameters<Covers<FusedKernelName>>[0])) return undefined;
  if (engine.state.profiling || tf.env().getBool('DEBUG'))
    return engine.runKernel(name, splitLists(inputs), attrs as tf.NamedAttrMap) as tf.Tensor[];
  const { backend } = engine;
  return kernel({ inputs, attrs, backend }).map((info) =>
    info instanceof tf.Tensor ? info : engine.makeTensorFromTensorInfo(info, backend),
  );
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
