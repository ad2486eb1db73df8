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

interface Normed {
  x: TensorInfo;
  /** Added to x first. */
  residual?: TensorInfo;
  weight: TensorInfo;
  bias?: TensorInfo | undefined;
}

/** What a norm that adds first puts in front, and the name under which it reads on. */
const adding = (residual: TensorInfo | undefined) => ({
  before: residual ? columns('sum[at] = x[at] + residual[at];') : '',
  values: residual ? 'sum' : 'x',
});

function layerNorm(
  device: Device,
  { x, residual, weight, bias }: Normed,
  eps: number,
): Record<'y' | 'mean' | 'rstd', TensorInfo> & { sum?: TensorInfo } {
  const { before, values } = adding(residual);
  const { rows, width } = asMatrix(x.shape);
  const statistics = [...x.shape.slice(0, -1), 1];
  const outputs = {
    ...(residual && { sum: device.output(x.shape) }),
    ...{ y: device.output(x.shape), mean: device.output(statistics), rstd: device.output(statistics) },
  };
  device.run({
    name: 'AshlarLayerNorm',
    inputs: { x, ...(residual && { residual }), weight, ...(bias && { bias }) },
    outputs,
    uniforms: { width: int(width), eps: float(eps) },
    groups: rows,
    functions: totalWgsl,
    main: `
      ${before}
      var all = 0.0;
      ${columns(`all += ${values}[at];`)}
      let centre = total(lane, all) / f32(u.width);
      var squares = 0.0;
      ${columns(`let d = ${values}[at] - centre; squares += d * d;`)}
      let scale = inverseSqrt(total(lane, squares) / f32(u.width) + u.eps);
      ${columns(`y[at] = (${values}[at] - centre) * scale * weight[column]${bias ? ' + bias[column]' : ''};`)}
      if (lane == 0) { mean[group] = centre; rstd[group] = scale; }`,
  });
  return outputs;
}

function rmsNorm(
  device: Device,
  { x, residual, weight }: Omit<Normed, 'bias'>,
  eps: number,
): Record<'y' | 'rstd', TensorInfo> & { sum?: TensorInfo } {
  const { before, values } = adding(residual);
  const { rows, width } = asMatrix(x.shape);
  const outputs = {
    ...(residual && { sum: device.output(x.shape) }),
    ...{ y: device.output(x.shape), rstd: device.output([...x.shape.slice(0, -1), 1]) },
  };
  device.run({
    name: 'AshlarRmsNorm',
    inputs: { x, ...(residual && { residual }), weight },
    outputs,
    uniforms: { width: int(width), eps: float(eps) },
    groups: rows,
    functions: totalWgsl,
    main: `
      ${before}
      var squares = 0.0;
      ${columns(`squares += ${values}[at] * ${values}[at];`)}
      let scale = inverseSqrt(total(lane, squares) / f32(u.width) + u.eps);
      ${columns(`y[at] = ${values}[at] * scale * weight[column];`)}
      if (lane == 0) { rstd[group] = scale; }`,
  });
  return outputs;
}

type Saved = Record<'dy' | 'x' | 'weight' | 'rstd', TensorInfo> & { mean?: TensorInfo; dsum?: TensorInfo | undefined };

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

/** Of either norm, which may have added first: what is added up gets the same gradient twice. */
function gradients(device: Device, saved: Saved, wanted: readonly string[]): TensorInfo[] {
  const sums = gradientsOfParameters(device, saved, wanted);
  let dx: TensorInfo | undefined;
  return wanted.map((name) => {
    if (name === 'weight' || name === 'bias') return sums[name]!;
    if (dx) return device.share(dx);
    return (dx = gradientOfX(device, saved));
  });
}

/** What is not asked for is freed. */
function withResiduals(device: Device, outputs: TensorInfo[], residuals: TensorInfo[], asked: boolean): TensorInfo[] {
  if (asked) return [...outputs, ...residuals];
  residuals.forEach((info) => device.free(info));
  return outputs;
}

export function registerNorms(): void {
  fused('AshlarLayerNorm', (device, inputs, { eps, residuals }) => {
    const { y, mean, rstd } = layerNorm(device, inputs, eps);
    return withResiduals(device, [y], [mean, rstd], residuals);
  });
  fused('AshlarAddLayerNorm', (device, inputs, { eps, residuals }) => {
    const { sum, y, mean, rstd } = layerNorm(device, inputs, eps);
    return withResiduals(device, [sum!, y], [mean, rstd], residuals);
  });
  fused('AshlarRmsNorm', (device, inputs, { eps, residuals }) => {
    const { y, rstd } = rmsNorm(device, inputs, eps);
    return withResiduals(device, [y], [rstd], residuals);
  });
  fused('AshlarAddRmsNorm', (device, inputs, { eps, residuals }) => {
    const { sum, y, rstd } = rmsNorm(device, inputs, eps);
    return withResiduals(device, [sum!, y], [rstd], residuals);
  });

  fused('AshlarLayerNormGrad', (device, inputs, { wanted }) => gradients(device, inputs, wanted));
  fused('AshlarRmsNormGrad', (device, inputs, { wanted }) => gradients(device, inputs, wanted));
  // without dy the norm is not in the gradient
  fused(
    'AshlarAddLayerNormGrad',
    (device, { dy, sum, ...rest }, { wanted }) => gradients(device, { ...rest, dy: dy!, x: sum }, wanted),
    ({ inputs }) => inputs.dy !== undefined,
  );
  fused(
    'AshlarAddRmsNormGrad',
    (device, { dy, sum, ...rest }, { wanted }) => gradients(device, { ...rest, dy: dy!, x: sum }, wanted),
    ({ inputs }) => inputs.dy !== undefined,
  );
}
