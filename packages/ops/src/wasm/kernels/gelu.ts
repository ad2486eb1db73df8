import { activate, activateGrad } from './activation.js';
import { fused } from './fused.js';

const kinds = { none: 'gelu', tanh: 'gelu_new' } as const;

export function registerGelu(): void {
  fused('AshlarGelu', (device, { x }, { approximate }) => {
    const y = device.output(x.shape);
    activate(device, x, y, kinds[approximate]);
    return [y];
  });

  fused('AshlarGeluGrad', (device, { dy, x }, { approximate }) => {
    const dx = device.output(x.shape);
    activateGrad(device, x, dy, dx, kinds[approximate]);
    return [dx];
  });
}
