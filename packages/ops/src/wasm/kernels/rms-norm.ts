import { asMatrix, fused } from './fused.js';

export function registerRmsNorm(): void {
  fused('AshlarRmsNorm', (device, { x, weight }, { eps, residuals }) => {
    const { rows, width } = asMatrix(x.shape);
    const [y, rstd] = [device.output(x.shape), device.output([...x.shape.slice(0, -1), 1])] as const;
    const [px, pw] = [device.address(x), device.address(weight)];
    device.kernels.rms_norm(px, pw, device.address(y), device.address(rstd), rows, width, eps);
    if (residuals) return [y, rstd];
    device.free(rstd);
    return [y];
  });

  fused('AshlarRmsNormGrad', (device, { dy, x, weight, rstd }, { wanted }) => {
    const { rows, width } = asMatrix(x.shape);
    const gradients = { x: device.output(x.shape), weight: device.output(weight.shape) };
    device.kernels.rms_norm_grad(
      device.address(x),
      device.address(weight),
      device.address(dy),
      device.address(gradients.x),
      device.address(gradients.weight),
      device.address(rstd),
      rows,
      width,
    );
    for (const name of ['x', 'weight'] as const) if (!wanted.includes(name)) device.free(gradients[name]);
    return wanted.map((name) => gradients[name]);
  });
}
