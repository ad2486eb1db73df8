import type { TensorInfo } from '@tensorflow/tfjs-core';
import { float, int, type Device } from '../device.js';
import { fused } from './fused.js';
import { columnSums, totalWgsl } from './reduce.js';
import { asMatrix } from './shapes.js';

/** WGSL: the loop over the columns of the workgroup's row; `at` is the place in the matrix. */
const columns = (statements: string) => `
  for (var column = lane; column < u.width; column += 64) {
    let at = group * u.width + column;
    ${statements}
  }`;

function layerNorm(
  device: Device,
  { x, weight, bias }: { x: TensorInfo; weight: TensorInfo; bias?: TensorInfo | undefined },
  eps: number,
): [y: TensorInfo, mean: TensorInfo, rstd: TensorInfo] {
  const { rows, width } = asMatrix(x.shape);
  const statistics = [...x.shape.slice(0, -1), 1];
  const [y, mean, rstd] = [device.output(x.shape), device.output(statistics), device.output(statistics)] as const;
  device.run({
    name: 'AshlarLayerNorm',
    inputs: { x, weight, ...(bias && { bias }) },
    outputs: { y, mean, rstd },
    uniforms: { width: int(width), eps: float(eps) },
    groups: rows,
    functions: totalWgsl,
    main: `
      var sum = 0.0;
      ${columns('sum += x[at];')}
      let centre = total(lane, sum) / f32(u.width);
      var squares = 0.0;
      ${columns('let d = x[at] - centre; squares += d * d;')}
      let scale = inverseSqrt(total(lane, squares) / f32(u.width) + u.eps);
      ${columns(`y[at] = (x[at] - centre) * scale * weight[column]${bias ? ' + bias[column]' : ''};`)}
      if (lane == 0) { mean[group] = centre; rstd[group] = scale; }`,
  });
  return [y, mean, rstd];
}

function rmsNorm(device: Device, { x, weight }: { x: TensorInfo; weight: TensorInfo }, eps: number) {
  const { rows, width } = asMatrix(x.shape);
  const [y, rstd] = [device.output(x.shape), device.output([...x.shape.slice(0, -1), 1])] as const;
  device.run({
    name: 'AshlarRmsNorm',
    inputs: { x, weight },
    outputs: { y, rstd },
    uniforms: { width: int(width), eps: float(eps) },
    groups: rows,
    functions: totalWgsl,
    main: `
      var squares = 0.0;
      ${columns('squares += x[at] * x[at];')}
      let scale = inverseSqrt(total(lane, squares) / f32(u.width) + u.eps);
      ${columns('y[at] = x[at] * scale * weight[column];')}
      if (lane == 0) { rstd[group] = scale; }`,
  });
  return [y, rstd] as const;
}

/** The gradient of `x` of either norm; without a mean it is that of the root mean square. */
function gradientOfX(
  device: Device,
  { dy, x, weight, mean, rstd }: Record<'dy' | 'x' | 'weight' | 'rstd', TensorInfo> & { mean?: TensorInfo },
): TensorInfo {
  const { rows, width } = asMatrix(x.shape);
  const dx = device.output(x.shape);
  device.run({
    name: mean ? 'AshlarLayerNormGrad x' : 'AshlarRmsNormGrad x',
    inputs: { dy, x, weight, rstd, ...(mean && { mean }) },
    outputs: { dx },
    uniforms: { width: int(width) },
    groups: rows,
    functions: totalWgsl,
    main: `
      let centre = ${mean ? 'mean[group]' : '0.0'};
      let scale = rstd[group];
      var sum = 0.0;
      var along = 0.0;
      ${columns('let d = dy[at] * weight[column]; sum += d; along += d * (x[at] - centre) * scale;')}
      let average = ${mean ? 'total(lane, sum) / f32(u.width)' : '0.0'};
      let slope = total(lane, along) / f32(u.width);
      ${columns('dx[at] = (dy[at] * weight[column] - average - (x[at] - centre) * scale * slope) * scale;')}`,
  });
  return dx;
}

export function registerNorms(): void {
  fused('AshlarLayerNorm', (device, inputs, { eps, residuals }) => {
    const [y, mean, rstd] = layerNorm(device, inputs, eps);
    if (residuals) return [y, mean, rstd];
    device.free(mean);
    device.free(rstd);
    return [y];
  });

  fused('AshlarRmsNorm', (device, inputs, { eps, residuals }) => {
    const [y, rstd] = rmsNorm(device, inputs, eps);
    if (residuals) return [y, rstd];
    device.free(rstd);
    return [y];
  });

  fused('AshlarLayerNormGrad', (device, inputs, { wanted }) => {
    const { dy, x, mean, rstd } = inputs;
    const terms = { weight: 'dy[at] * (x[at] - mean[row]) * rstd[row]', bias: 'dy[at]' };
    const summed = wanted.filter((name) => name !== 'x');
    const sums = Object.fromEntries(summed.map((name) => [name, terms[name]]));
    const read: Record<string, TensorInfo> = 'weight' in sums ? { dy, x, mean, rstd } : { dy };
    const gradients =
      summed.length > 0 ? columnSums(device, 'AshlarLayerNormGrad weight', asMatrix(x.shape), read, sums) : {};
    return wanted.map((name) => (name === 'x' ? gradientOfX(device, inputs) : gradients[name]!));
  });

  fused('AshlarRmsNormGrad', (device, inputs, { wanted }) => {
    const { dy, x, rstd } = inputs;
    const ofWeight = () =>
      columnSums(device, 'AshlarRmsNormGrad weight', asMatrix(x.shape), { dy, x, rstd }, {
        weight: 'dy[at] * x[at] * rstd[row]',
      })['weight']!; // prettier-ignore
    return wanted.map((name) => (name === 'x' ? gradientOfX(device, inputs) : ofWeight()));
  });
}
