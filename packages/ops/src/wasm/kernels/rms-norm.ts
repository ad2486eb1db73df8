import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { asMatrix, fused, gradientsOfSum } from './fused.js';
import { normCost, statisticsOf, sumsOverRows } from './norm.js';

interface Norm {
  x: Tensor;
  residual?: Tensor;
  weight: Tensor;
}

/** The sum where there is a residual, the norm, and where wanted its statistic. */
function norm(device: Device, { x, residual, weight }: Norm, eps: number, residuals: boolean): TensorInfo[] {
  const { rows, width } = asMatrix(x.shape);
  const sum = residual && device.output(x.shape);
  const y = device.output(x.shape);
  const statistics = statisticsOf(device, x, 1, residuals);
  const [rstds] = statistics.addresses as [number];
  device.crew.run(
    'rms_norm',
    device.crew
      .ranges(rows, width * normCost)
      .map(([from, to]) => [
        device.address(x, width * from),
        device.address(residual, width * from),
        device.address(sum, width * from),
        device.address(weight),
        device.address(y, width * from),
        rstds + 4 * from,
        to - from,
        width,
        eps,
      ]),
  );
  return [...(sum ? [sum] : []), y, ...statistics.tensors];
}

interface NormGradient {
  dy: Tensor;
  dsum?: Tensor;
  x: Tensor;
  weight: Tensor;
  rstd: Tensor;
}

/** The gradients of `wanted`; of x that of the sum is part. */
function gradients<Name extends 'x' | 'weight'>(
  device: Device,
  { dy, dsum, x, weight, rstd }: NormGradient,
  wanted: readonly Name[],
): Record<Name, TensorInfo> {
  const { rows, width } = asMatrix(x.shape);
  const made = { x: device.output(x.shape), weight: device.output(weight.shape) };
  const sums = sumsOverRows(device, rows, [made.weight]);
  device.crew.run(
    'rms_norm_grad',
    sums.ranges.map(([from, to], call) => [
      device.address(x, width * from),
      device.address(weight),
      device.address(dy, width * from),
      device.address(dsum, width * from),
      device.address(made.x, width * from),
      sums.address(0, call),
      device.address(rstd, from),
      to - from,
      width,
    ]),
    sums.cost,
  );
  sums.add();
  for (const name of ['x', 'weight'] as const)
    if (!(wanted as readonly string[]).includes(name)) device.free(made[name]);
  return made;
}

export function registerRmsNorm(): void {
  fused('AshlarRmsNorm', (device, inputs, { eps, residuals }) => norm(device, inputs, eps, residuals));
  fused('AshlarRmsNormGrad', (device, inputs, { wanted }) => {
    const made = gradients(device, inputs, wanted);
    return wanted.map((name) => made[name]);
  });
  fused('AshlarAddRmsNorm', (device, inputs, { eps, residuals }) => norm(device, inputs, eps, residuals));
  fused(
    'AshlarAddRmsNormGrad',
    (device, { dy, sum, ...inputs }, { wanted }) =>
    gradientsOfSum(device, inputs.dsum, inputs.weight, wanted, dy && ((names) => gradients(device, { ...inputs, dy, x: sum }, names))), // prettier-ignore
  );
}
