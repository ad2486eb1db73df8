import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { asMatrix, fused, inOrder } from './fused.js';

const kinds = { gelu: 1, gelu_new: 2, relu: 3, silu: 4 } as const;

/** One product of two matrices into `out`. */
function multiply(
  device: Device,
  out: TensorInfo,
  [m, n, k]: [number, number, number],
  a: { info: TensorInfo; transpose?: boolean },
  b: { info: TensorInfo; transpose?: boolean },
  bias?: TensorInfo,
): TensorInfo {
  const scratch = device.scratch(device.kernels.gemm_scratch(m, n, k));
  device.kernels.gemm(
    device.address(a.info),
    device.address(b.info),
    device.address(bias),
    device.address(out),
    1,
    0,
    0,
    m,
    n,
    k,
    Number(a.transpose ?? false),
    Number(b.transpose ?? false),
    scratch,
  );
  return out;
}

export function registerLinear(): void {
  fused('AshlarLinear', (device, { x, weight, bias }, { activation, residuals }) => {
    const { rows, width } = asMatrix(x.shape);
    const [features] = weight.shape as [number, number];
    const shape = [...x.shape.slice(0, -1), features];
    const size: [number, number, number] = [rows, features, width];
    const product = multiply(device, device.output(shape), size, { info: x }, { info: weight, transpose: true }, bias);
    if (activation === 'none') return [product];
    const y = residuals ? device.output(shape) : product;
    device.kernels.activate(device.address(product), device.address(y), rows * features, kinds[activation]);
    return residuals ? [y, product] : [y];
  });

  fused('AshlarLinearGrad', (device, { dy, x, weight, preactivation }, { activation, wanted }) => {
    const { rows, width } = asMatrix(x.shape);
    const [features] = weight.shape as [number, number];
    let dz: TensorInfo = dy;
    if (activation !== 'none') {
      dz = device.output(dy.shape);
      const [px, pdy, pdz] = [device.address(preactivation), device.address(dy), device.address(dz)];
      device.kernels.activate_grad(px, pdy, pdz, rows * features, kinds[activation]);
    }
    const outputs = inOrder(wanted, {
      x: () => multiply(device, device.output(x.shape), [rows, width, features], { info: dz }, { info: weight }),
      weight: () =>
        multiply(
          device,
          device.output(weight.shape),
          [features, width, rows],
          { info: dz, transpose: true },
          { info: x },
        ),
      bias: () => {
        const out = device.output([features]);
        device.kernels.sum_axis(device.address(dz), device.address(out), 1, rows, features);
        return out;
      },
    });
    if (dz !== dy) device.free(dz);
    return outputs;
  });
}
