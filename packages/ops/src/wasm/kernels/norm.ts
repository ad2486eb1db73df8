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

/** The norms there are. */
export const norms = {
  LayerNorm: { kernel: 'layer_norm', parameters: ['weight', 'bias'], statistics: ['mean', 'rstd'] },
  RmsNorm: { kernel: 'rms_norm', parameters: ['weight'], statistics: ['rstd'] },
} as const satisfies Record<string, NormKind>;

type Parameter = 'weight' | 'bias';
type Calls<Name extends keyof KernelModule> = Parameters<KernelModule[Name]>[];

interface NormInputs {
  x: TensorInfo;
  residual?: TensorInfo;
  weight: TensorInfo;
  bias?: TensorInfo;
}

/** The sum where there is a residual, and the norm. */
interface NormOutputs {
  sum?: TensorInfo | undefined;
  y: TensorInfo;
}

/** Writes the sum, the norm, and its statistics from each of the addresses on. */
export function normInto(
  device: Device,
  { kernel, parameters, statistics }: NormKind,
  inputs: NormInputs,
  { sum, y }: NormOutputs,
  eps: number,
  kept = spareStatistics(device, inputs.x, statistics.length as 1 | 2),
): void {
  const { x, residual } = inputs;
  const { rows, width } = asMatrix(x.shape);
  const calls = device.crew.ranges(rows, width * normCost).map(([from, to]) => {
    const call = [device.address(x, width * from), device.address(residual, width * from), device.address(sum, width * from)]; // prettier-ignore
    for (const name of parameters) call.push(device.address(inputs[name]));
    call.push(device.address(y, width * from));
    for (const address of kept) call.push(address + 4 * from);
    call.push(to - from, width, eps);
    return call;
  });
  device.crew.run(kernel, calls as Calls<typeof kernel>);
}

/** Where statistics are written that nobody reads. */
function spareStatistics(device: Device, { shape }: TensorInfo, count: 1 | 2): number[] {
  const { rows } = asMatrix(shape);
  const spare = device.scratch(4 * rows * count);
  return count === 1 ? [spare] : [spare, spare + 4 * rows];
}

/** The sum where there is a residual, the norm, and where wanted its statistics `[..., 1]`. */
function norm(
  device: Device,
  kind: NormKind,
  inputs: NormInputs,
  { eps, residuals }: { eps: number; residuals: boolean },
): TensorInfo[] {
  const { shape } = inputs.x;
  const sum = inputs.residual && device.output(shape);
  const y = device.output(shape);
  const kept = residuals ? kind.statistics.map(() => device.output([...shape.slice(0, -1), 1])) : [];
  const addresses = residuals ? kept.map((info) => device.address(info)) : undefined;
  normInto(device, kind, inputs, { sum, y }, eps, addresses);
  return [...(sum ? [sum] : []), y, ...kept];
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
export function registerNorm(op: keyof typeof norms): void {
  const kind = norms[op];
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
