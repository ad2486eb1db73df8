import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import type { KernelModule } from '../kernel-module.js';
import { split, type Range } from '../threads/split.js';
import { asMatrix, fused, gradientsOfSum } from './fused.js';

/** Nanoseconds that a normalisation or its gradient takes for an element. */
const normCost = 0.5;

/** A norm over the last axis. Its kernels take the parameters, and later the statistics, in this order. */
interface NormKind {
  kernel: 'layer_norm' | 'rms_norm';
  parameters: readonly ('weight' | 'bias')[];
  /** What is kept of a row for the gradient. */
  statistics: readonly ('mean' | 'rstd')[];
}

type Parameter = 'weight' | 'bias';
type Calls<Name extends keyof KernelModule> = Parameters<KernelModule[Name]>[];

interface NormInputs {
  x: Tensor;
  residual?: Tensor;
  weight: Tensor;
  bias?: Tensor;
}

/** The sum where there is a residual, the norm, and where wanted its statistics. */
function norm(
  device: Device,
  { kernel, parameters, statistics }: NormKind,
  inputs: NormInputs,
  { eps, residuals }: { eps: number; residuals: boolean },
): TensorInfo[] {
  const { x, residual } = inputs;
  const { rows, width } = asMatrix(x.shape);
  const sum = residual && device.output(x.shape);
  const y = device.output(x.shape);
  const kept = statisticsOf(device, x, statistics.length, residuals);
  const calls = device.crew
    .ranges(rows, width * normCost)
    .map(([from, to]) => [
      ...[x, residual, sum].map((info) => device.address(info, width * from)),
      ...parameters.map((name) => device.address(inputs[name])),
      device.address(y, width * from),
      ...kept.addresses.map((address) => address + 4 * from),
      to - from,
      width,
      eps,
    ]);
  device.crew.run(kernel, calls as Calls<typeof kernel>);
  return [...(sum ? [sum] : []), y, ...kept.tensors];
}

interface NormGradientInputs {
  dy: Tensor;
  dsum?: Tensor;
  x: Tensor;
  weight: Tensor;
  mean?: Tensor;
  rstd: Tensor;
}

/** The gradients of `wanted`; of x that of the sum is part. */
function gradients(
  device: Device,
  { kernel, parameters, statistics }: NormKind,
  inputs: NormGradientInputs,
  wanted: readonly string[],
): Record<'x' | Parameter, TensorInfo> {
  const { x, weight, dy, dsum } = inputs;
  const { rows, width } = asMatrix(x.shape);
  const dx = device.output(x.shape);
  // a kernel always adds up the gradient of the weight
  const made = parameters.map((name) =>
    name === 'weight' || wanted.includes(name) ? device.output(weight.shape) : undefined,
  );
  const sums = sumsOverRows(device, rows, made);
  const calls = sums.ranges.map(([from, to], call) => [
    device.address(x, width * from),
    device.address(weight),
    ...[dy, dsum, dx].map((info) => device.address(info, width * from)),
    ...made.map((_, i) => sums.address(i, call)),
    ...statistics.map((name) => device.address(inputs[name], from)),
    to - from,
    width,
  ]);
  device.crew.run(`${kernel}_grad`, calls as Calls<`${typeof kernel}_grad`>, sums.cost);
  sums.add();
  const all = { x: dx, weight: made[0]!, bias: made[1]! };
  for (const name of ['x', 'weight'] as const) if (!wanted.includes(name)) device.free(all[name]);
  return all;
}

/** Registers a norm, the norm of a sum, and their gradients. */
export function registerNorm(op: 'LayerNorm' | 'RmsNorm', kind: NormKind): void {
  fused(`Ashlar${op}`, (device, inputs, attrs) => norm(device, kind, inputs, attrs));
  fused(`AshlarAdd${op}`, (device, inputs, attrs) => norm(device, kind, inputs, attrs));
  fused(`Ashlar${op}Grad`, (device, inputs, { wanted }) => {
    const made = gradients(device, kind, inputs, wanted);
    return wanted.map((name) => made[name]);
  });
  fused(`AshlarAdd${op}Grad`, (device, { dy, sum, ...inputs }, { wanted }) => {
    const ofNorm = dy && ((names: string[]) => gradients(device, kind, { ...inputs, dy, x: sum }, names));
    return gradientsOfSum(device, inputs.dsum, inputs.weight, wanted, ofNorm);
  });
}

/**
 * Where a normalisation writes `count` statistics of each row of x: into tensors `[..., 1]` for the gradient, or where nobody
 * reads them.
 */
function statisticsOf(device: Device, { shape }: TensorInfo, count: number, wanted: boolean) {
  if (wanted) {
    const tensors = Array.from({ length: count }, () => device.output([...shape.slice(0, -1), 1]));
    return { tensors, addresses: tensors.map((info) => device.address(info)) };
  }
  const rows = shape.slice(0, -1).reduce((product, length) => product * length, 1);
  const spare = device.scratch(4 * rows * count);
  return { tensors: [], addresses: Array.from({ length: count }, (_, i) => spare + 4 * rows * i) };
}

/** Sums over rows have at most so many parts, of about so many elements. */
const [mostParts, partSize] = [16, 2 ** 16];

/**
 * Sums over the rows of `[rows, width]`, made in parts: a call writes what its own rows give, and `add` adds that up in
 * their order. The parts depend on the shape alone, so that the bytes do not depend on the number of threads.
 *
 * @param sums `[width]` each; the address for an absent one is 0
 */
function sumsOverRows(device: Device, rows: number, sums: readonly (TensorInfo | undefined)[]) {
  const width = sums[0]!.shape[0]!;
  const ranges: Range[] = split(rows, Math.min(mostParts, Math.max(1, Math.floor((rows * width) / partSize))));
  const parts = ranges.length;
  const scratch = parts > 1 ? device.scratch(4 * width * sums.length * parts) : 0;
  const start = (sum: number) => scratch + 4 * width * parts * sum;
  return {
    ranges,
    /** About how many nanoseconds all calls take. */
    cost: rows * width * normCost,
    /** Where the call for a range writes one of its sums. */
    address: (sum: number, range: number): number =>
      sums[sum] && parts > 1 ? start(sum) + 4 * width * range : device.address(sums[sum]),
    add(): void {
      if (parts > 1)
        sums.forEach((info, sum) => {
          if (info) device.kernels.sum_axis(start(sum), device.address(info), 1, parts, width, 0, width);
        });
    },
  };
}
