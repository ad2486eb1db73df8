import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { asMatrix, fused, gradientsOfSum } from './fused.js';
import { normCost, statisticsOf, sumsOverRows } from './norm.js';

interface Norm {
  x: Tensor;
  residual?: Tensor;
  weight: Tensor;
  bias?: Tensor;
}

/** The sum where there is a residual, the norm, and where wanted its statistics. */
function norm(device: Device, { x, residual, weight, bias }: Norm, eps: number, residuals: boolean): TensorInfo[] {
  const { rows, width } = asMatrix(x.shape);
  const sum = residual && device.output(x.shape);
  const y = device.output(x.shape);
  const statistics = statisticsOf(device, x, 2, residuals);
  const [means, rstds] = statistics.addresses as [number, number];
  device.crew.run(
    'layer_norm',
    device.crew
      .ranges(rows, width * normCost)
      .map(([from, to]) => [
        device.address(x, width * from),
        device.address(residual, width * from),
        device.address(sum, width * from),
        device.address(weight),
        device.address(bias),
        device.address(y, width * from),
        means + 4 * from,
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
  mean: Tensor;
  rstd: Tensor;
}

/** The gradients of `wanted`; of x that of the sum is part. */
function gradients<Name extends 'x' | 'weight' | 'bias'>(
  device: Device,
  { dy, dsum, x, weight, mean, rstd }: NormGradient,
  wanted: readonly Name[],
): Record<Name, TensorInfo> {
  const { rows, width } = asMatrix(x.shape);
  const wants = (name: string) => (wanted as readonly string[]).includes(name);
  const made = {
    x: device.output(x.shape),
    weight: device.output(weight.shape),
    bias: wants('bias') ? device.output(weight.shape) : undefined,
  };
  const sums = sumsOverRows(device, rows, [made.weight, made.bias]);
  device.crew.run(
    'layer_norm_grad',
    sums.ranges.map(([from, to], call) => [
      device.address(x, width * from),
      device.address(weight),
      device.address(dy, width * from),
      device.address(dsum, width * from),
      device.address(made.x, width * from),
      sums.address(0, call),
      sums.address(1, call),
      device.address(mean, from),
      device.address(rstd, from),
      to - from,
      width,
    ]),
    sums.cost,
  );
  sums.add();
  for (const name of ['x', 'weight'] as const) if (!wants(name)) device.free(made[name]);
  return made as Record<Name, TensorInfo>;
}

export function registerLayerNorm(): void {
  fused('AshlarLayerNorm', (device, inputs, { eps, residuals }) => norm(device, inputs, eps, residuals));
  fused('AshlarLayerNormGrad', (device, inputs, { wanted }) => {
    const made = gradients(device, inputs, wanted);
    return wanted.map((name) => made[name]);
  });
  fused('AshlarAddLayerNorm', (device, inputs, { eps, residuals }) => norm(device, inputs, eps, residuals));
  fused(
    'AshlarAddLayerNormGrad',
    (device, { dy, sum, ...inputs }, { wanted }) =>
    gradientsOfSum(device, inputs.dsum, inputs.weight, wanted, dy && ((names) => gradients(device, { ...inputs, dy, x: sum }, names))), // prettier-ignore
  );
}
