import { fused } from './fused.js';

const kinds = { none: 1, tanh: 2 } as const;

export function registerGelu(): void {
  fused('AshlarGelu', (device, { x }, { approximate }) => {
    const y = device.output(x.shape);
    device.kernels.activate(device.address(x), device.address(y), x.size, kinds[approximate]);
    return [y];
  });

  fused('AshlarGeluGrad', (device, { dy, x }, { approximate }) => {
    const dx = device.output(x.shape);
    const [px, pdy, pdx] = [device.address(x), device.address(dy), device.address(dx)];
    device.kernels.activate_grad(px, pdy, pdx, x.size, kinds[approximate]);
    return [dx];
  });
}
