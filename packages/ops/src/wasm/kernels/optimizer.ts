import { fused } from './fused.js';

const rowBytes = 24;

export function registerOptimizer(): void {
  fused('AshlarAdamW', (device, inputs, { beta1, beta2, eps, weightDecays }) => {
    const { parameters, gradients, firstMoments, secondMoments } = inputs;
    const table = device.scratch(parameters.length * rowBytes);
    const rows = device.words(table, (parameters.length * rowBytes) / 4);
    parameters.forEach((parameter, i) => {
      [parameter, gradients[i], firstMoments[i], secondMoments[i]].forEach((tensor, column) =>
        rows.setUint32(rowBytes * i + 4 * column, device.address(tensor), true),
      );
      rows.setUint32(rowBytes * i + 16, parameter.size, true);
      rows.setFloat32(rowBytes * i + 20, weightDecays[i]!, true);
    });
    const [rate, stepSize, root] = device.view<Float32Array>(inputs.rates);
    const scale = inputs.gradientScale ? device.view<Float32Array>(inputs.gradientScale)[0]! : 1;
    device.kernels.adamw(table, parameters.length, rate!, stepSize!, root!, beta1, beta2, eps, scale);
    return [];
  });

  fused('AshlarGlobalNorm', (device, { tensors }) => {
    const out = device.output([]);
    const squares = tensors.map((tensor) => device.kernels.sum_squares(device.address(tensor), tensor.size));
    device.view<Float32Array>(out)[0] = Math.sqrt(squares.reduce((total, square) => total + square, 0));
    return [out];
  });
}
