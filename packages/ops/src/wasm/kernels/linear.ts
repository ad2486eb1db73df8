import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { gemm } from '../gemm.js';
import { sumAxis } from '../sum-axis.js';
import { activate, activateGrad } from './activation.js';
import { asMatrix, fused, inOrder } from './fused.js';

/** One product of two matrices into `out`. */
function multiply(
  device: Device,
  out: TensorInfo,
  size: [number, number, number],
  a: { info: TensorInfo; transpose?: boolean },
  b: { info: TensorInfo; transpose?: boolean },
  bias?: TensorInfo,
): TensorInfo {
  gemm(device, {
    a: device.address(a.info),
    b: device.address(b.info),
    bias: device.address(bias),
    c: device.address(out),
    batch: 1,
    strideA: 0,
    strideB: 0,
    size,
    transposeA: a.transpose ?? false,
    transposeB: b.transpose ?? false,
  });
  return out;
}

/** y = activation(x weight^T + bias); what the activation is applied to stays in `preactivation` where that is not y. */
export function project(
  device: Device,
  { x, weight, bias }: { x: TensorInfo; weight: TensorInfo; bias?: TensorInfo | undefined },
  activation: Activation,
  y: TensorInfo,
  preactivation: TensorInfo = y,
): void {
  const { rows, width } = asMatrix(x.shape);
  const [features] = weight.shape as [number, number];
  multiply(device, preactivation, [rows, features, width], { info: x }, { info: weight, transpose: true }, bias);
  if (activation !== 'none') activate(device, preactivation, y, activation);
}

export function registerLinear(): void {
  fused('AshlarLinear', (device, inputs, { activation, residuals }) => {
    const shape = [...inputs.x.shape.slice(0, -1), inputs.weight.shape[0]!];
    const outputs = [device.output(shape), ...(residuals && activation !== 'none' ? [device.output(shape)] : [])];
    project(device, inputs, activation, ...(outputs as [TensorInfo, TensorInfo]));
    return outputs;
  });

  fused('AshlarLinearGrad', (device, { dy, x, weight, preactivation }, { activation, wanted }) => {
    const { rows, width } = asMatrix(x.shape);
    const [features] = weight.shape as [number, number];
    let dz: TensorInfo = dy;
    if (activation !== 'none') {
      dz = device.output(dy.shape);
      activateGrad(device, preactivation!, dy, dz, activation);
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
        sumAxis(device, dz, out, [1, rows, features]);
        return out;
      },
    });
    if (dz !== dy) device.free(dz);
    return outputs;
  });
}
