import { asMatrix, fused } from './fused.js';

export function registerLayerNorm(): void {
  fused('AshlarLayerNorm', (device, { x, weight, bias }, { eps, residuals }) => {
    const { rows, width } = asMatrix(x.shape);
    const statistics = [...x.shape.slice(0, -1), 1];
    const [y, mean, rstd] = [device.output(x.shape), device.output(statistics), device.output(statistics)] as const;
    device.kernels.layer_norm(
      device.address(x),
      device.address(weight),
      device.address(bias),
      device.address(y),
      device.address(mean),
      device.address(rstd),
      rows,
      width,
      eps,
    );
    if (residuals) return [y, mean, rstd];
    device.free(mean);
    device.free(rstd);
    return [y];
  });

  fused('AshlarLayerNormGrad', (device, { dy, x, weight, mean, rstd }, { wanted }) => {
    const { rows, width } = asMatrix(x.shape);
    const gradients = {
      x: device.output(x.shape),
      weight: device.output(weight.shape),
      bias: wanted.includes('bias') ? device.output(weight.shape) : undefined,
    };
    device.kernels.layer_norm_grad(
      device.address(x),
      device.address(weight),
      device.address(dy),
      device.address(gradients.x),
      device.address(gradients.weight),
      device.address(gradients.bias),
      device.address(mean),
      device.address(rstd),
      rows,
      width,
    );
    for (const name of ['x', 'weight'] as const) if (!wanted.includes(name)) device.free(gradients[name]);
    return wanted.map((name) => gradients[name]!);
  });
}
