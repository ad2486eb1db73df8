import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Normed, NormPrograms, Saved } from '../../gpu/norms.js';
import { float, int, type Device } from '../device.js';
import { columnSums, totalWgsl } from './reduce.js';
import { asMatrix } from './shapes.js';

/** WGSL: the loop over the columns of the workgroup's row; `at` is the place in the matrix. */
const columns = (statements: string) => `
  for (var column = lane; column < u.width; column += 64) {
    let at = group * u.width + column;
    ${statements}
  }`;

/** One workgroup a row. */
function norm(device: Device, { x, residual, weight, bias }: Normed, eps: number, centred: boolean) {
  const { rows, width } = asMatrix(x.shape);
  const statistics = [...x.shape.slice(0, -1), 1];
  const outputs = {
    ...(residual && { sum: device.output(x.shape) }),
    ...{ y: device.output(x.shape), rstd: device.output(statistics) },
    ...(centred && { mean: device.output(statistics) }),
  };
  const values = residual ? 'sum' : 'x';
  device.run({
    name: centred ? 'AshlarLayerNorm' : 'AshlarRmsNorm',
    inputs: { x, ...(residual && { residual }), weight, ...(bias && { bias }) },
    outputs,
    uniforms: { width: int(width), eps: float(eps) },
    groups: rows,
    functions: totalWgsl,
    main: `
      ${residual ? columns('sum[at] = x[at] + residual[at];') : ''}
      var all = 0.0;
      ${centred ? columns(`all += ${values}[at];`) : ''}
      let centre = ${centred ? 'total(lane, all) / f32(u.width)' : '0.0'};
      var squares = 0.0;
      ${columns(`let d = ${values}[at] - centre; squares += d * d;`)}
      let scale = inverseSqrt(total(lane, squares) / f32(u.width) + u.eps);
      ${columns(`y[at] = (${values}[at] - centre) * scale * weight[column]${bias ? ' + bias[column]' : ''};`)}
      if (lane == 0) { rstd[group] = scale; ${centred ? 'mean[group] = centre;' : ''} }`,
  });
  return outputs;
}

/** The gradient of `x` of either norm, and dsum added to it where there is one; without a mean it is that of the root mean square. */
function gradientOfX(device: Device, { dy, x, weight, mean, rstd, dsum }: Saved): TensorInfo {
  const { rows, width } = asMatrix(x.shape);
  const dx = device.output(x.shape);
  device.run({
    name: mean ? 'AshlarLayerNormGrad x' : 'AshlarRmsNormGrad x',
    inputs: { dy, x, weight, rstd, ...(mean && { mean }), ...(dsum && { dsum }) },
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
      ${columns(`dx[at] = (dy[at] * weight[column] - average - (x[at] - centre) * scale * slope) * scale${dsum ? ' + dsum[at]' : ''};`)}`,
  });
  return dx;
}

/** Gradients of the parameters of either norm, those that are wanted. */
function gradientsOfParameters(
  device: Device,
  { dy, x, mean, rstd }: Saved,
  wanted: readonly string[],
): Record<string, TensorInfo> {
  const terms = { weight: `dy[at] * ${mean ? '(x[at] - mean[row])' : 'x[at]'} * rstd[row]`, bias: 'dy[at]' };
  const sums = Object.fromEntries(Object.entries(terms).filter(([name]) => wanted.includes(name)));
  if (Object.keys(sums).length === 0) return {};
  const read: Record<string, TensorInfo> = 'weight' in sums ? { dy, x, rstd, ...(mean && { mean }) } : { dy };
  return columnSums(device, 'norm parameters', asMatrix(x.shape), read, sums);
}

export const normPrograms: NormPrograms<Device> = { norm, gradientOfX, gradientsOfParameters };
