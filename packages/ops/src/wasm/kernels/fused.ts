import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import type { FusedKernelName, FusedKernels } from '../../contract/kernels.js';
import { registerFusedKernel, type Covers } from '../../contract/registry.js';
import { Device } from '../device.js';
import type { Range } from '../threads/split.js';

/** Registers the wasm kernel of a fused op. */
export function fused<Name extends FusedKernelName>(
  name: Name,
  kernel: (device: Device, inputs: FusedKernels[Name]['inputs'], attrs: FusedKernels[Name]['attrs']) => TensorInfo[],
  options?: { covers?: Covers<Name> },
): void {
  registerFusedKernel<Name, KernelBackend>(
    name,
    'wasm',
    ({ inputs, attrs, backend }) => kernel(Device.of(backend), inputs, attrs),
    options,
  );
}

/** Byte addresses of a known number of tensors. */
export type Addresses<Count extends number, List extends number[] = []> = List['length'] extends Count
  ? List
  : Addresses<Count, [...List, number]>;

/** What a gradient kernel returns: the wanted outputs in the caller's order. */
export function inOrder<Name extends string>(
  wanted: readonly Name[],
  make: { [name in Name]: () => TensorInfo },
): TensorInfo[] {
  return wanted.map((name) => make[name]());
}

/** The first row that a kernel found wrong, or -1, from what it returned for ranges of rows: a row of the range, or -1. */
export function firstFound(ranges: readonly Range[], found: readonly number[]): number {
  const range = found.findIndex((row) => row >= 0);
  return range < 0 ? -1 : ranges[range]![0] + found[range]!;
}

/** `[..., width]` as a matrix: the number of rows and their width. */
export function asMatrix(shape: readonly number[]): { rows: number; width: number } {
  const width = shape.at(-1) ?? 1;
  return { rows: shape.slice(0, -1).reduce((product, length) => product * length, 1), width };
}

/**
 * Gradients of what is added and then normalised: x and residual share theirs. Without a `norm`, as nothing depends on it,
 * that is the sum's, and those of the norm's parameters are zero.
 */
export function gradientsOfSum<Parameter extends 'weight' | 'bias'>(
  device: Device,
  dsum: TensorInfo | undefined,
  weight: TensorInfo,
  wanted: readonly ('x' | 'residual' | Parameter)[],
  norm: ((names: ('x' | Parameter)[]) => Record<'x' | Parameter, TensorInfo>) | undefined,
): TensorInfo[] {
  const names = new Set(wanted.map((name): 'x' | Parameter => (name === 'residual' ? 'x' : name)));
  const made = norm?.([...names]);
  const zeros = () => {
    const out = device.output(weight.shape);
    device.view<Float32Array>(out).fill(0);
    return out;
  };
  let shared = false;
  return wanted.map((name) => {
    if (name !== 'x' && name !== 'residual') return made ? made[name as Parameter] : zeros();
    if (!made) return device.share(dsum!);
    const dx = shared ? device.share(made.x) : made.x;
    shared = true;
    return dx;
  });
}
