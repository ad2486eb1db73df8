import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, float, int, type Device, type Matrices } from '../device.js';
import { columnSum, elementwise } from './elementwise.js';
import { fused } from './fused.js';

/** GLSL: the mean over the columns of a row of `term`, in `b`, `r` and `i`. */
const average = (term: string) => `
  float value(int b, int r, int c) {
    float sum = 0.0;
    for (int i = 0; i < columns; i++) sum += ${term};
    return sum / float(columns);
  }`;

/** Shapes of one call: the matrices, and a column of statistics. */
function shapesOf(x: TensorInfo) {
  const [batch, rows, columns] = asMatrices(x.shape);
  return { columns, column: [batch, rows, 1] as Matrices, statistics: [...x.shape.slice(0, -1), 1] };
}

/** Differences from the first column are averaged: a sum far from zero would be rounded too much. */
function meanOf(device: Device, x: TensorInfo): TensorInfo {
  const { columns, column, statistics } = shapesOf(x);
  return device.run({
    inputs: { x },
    uniforms: { columns: int(columns) },
    shape: column,
    as: statistics,
    functions: `
      float value(int b, int r, int c) {
        float first = x_(b, r, 0);
        float sum = 0.0;
        for (int i = 1; i < columns; i++) sum += x_(b, r, i) - first;
        return first + sum / float(columns);
      }`,
  });
}

/** 1 / sqrt(mean((x - mean)^2) + eps); without a mean it is taken as 0. */
function rstdOf(device: Device, x: TensorInfo, mean: TensorInfo | undefined, eps: number): TensorInfo {
  const { columns, column, statistics } = shapesOf(x);
  return device.run({
    inputs: { x, ...(mean && { mean }) },
    uniforms: { columns: int(columns), eps: float(eps) },
    shape: column,
    as: statistics,
    functions: `
      float square(float x) { return x * x; }
      float value(int b, int r, int c) {
        float sum = 0.0;
        ${mean ? 'float centre = mean_(b, r, 0);' : ''}
        for (int i = 0; i < columns; i++) sum += square(x_(b, r, i)${mean ? ' - centre' : ''});
        return inversesqrt(sum / float(columns) + eps);
      }`,
  });
}

type Saved = Record<'dy' | 'x' | 'weight' | 'rstd', TensorInfo> & { mean?: TensorInfo; dsum?: TensorInfo | undefined };

/** The gradient of `x` of either norm, and dsum added to it where there is one; without a mean it is that of the root mean square. */
function gradientOfX(device: Device, { dy, x, weight, mean, rstd, dsum }: Saved): TensorInfo {
  const { columns, column } = shapesOf(x);
  const xHat = (at: string) => `(x_(b, r, ${at})${mean ? ' - mean_(b, r, 0)' : ''}) * rstd_(b, r, 0)`;
  const inputs = { dy, x, weight, rstd, ...(mean && { mean }) };
  // column 0: the mean of what reaches xHat, column 1: its share along xHat
  const means = device.run({
    inputs,
    uniforms: { columns: int(columns) },
    shape: [column[0], column[1], 2],
    functions: average(`dy_(b, r, i) * weight_(0, 0, i) * (c == 0 ? 1.0 : ${xHat('i')})`),
  });
  const dx = elementwise(
    device,
    { inputs: { ...inputs, means, ...(dsum && { dsum }) } },
    x.shape,
    `(dy_(b, r, c) * weight_(0, 0, c) ${mean ? '- means_(b, r, 0)' : ''} - ${xHat('c')} * means_(b, r, 1)) * rstd_(b, r, 0)${dsum ? ' + dsum_(b, r, c)' : ''}`,
  );
  device.free(means);
  return dx;
}

function layerNorm(
  device: Device,
  { x, weight, bias }: { x: TensorInfo; weight: TensorInfo; bias?: TensorInfo | undefined },
  eps: number,
) {
  const mean = meanOf(device, x);
  const rstd = rstdOf(device, x, mean, eps);
  const y = elementwise(
    device,
    { inputs: { x, weight, mean, rstd, ...(bias && { bias }) } },
    x.shape,
    `(x_(b, r, c) - mean_(b, r, 0)) * rstd_(b, r, 0) * weight_(0, 0, c)${bias ? ' + bias_(0, 0, c)' : ''}`,
  );
  return { y, mean, rstd };
}

function rmsNorm(device: Device, { x, weight }: { x: TensorInfo; weight: TensorInfo }, eps: number) {
  const rstd = rstdOf(device, x, undefined, eps);
  const y = elementwise(
    device,
    { inputs: { x, weight, rstd } },
    x.shape,
    'x_(b, r, c) * rstd_(b, r, 0) * weight_(0, 0, c)',
  );
  return { y, rstd };
}

const add = (device: Device, x: TensorInfo, residual: TensorInfo) =>
  elementwise(device, { inputs: { x, residual } }, x.shape, 'x_(b, r, c) + residual_(b, r, c)');

/** Of either norm, which may have added first: what is added up gets the same gradient twice. */
function gradients(device: Device, saved: Saved, wanted: readonly string[]): TensorInfo[] {
  const { dy, x, mean, rstd } = saved;
  let dx: TensorInfo | undefined;
  return wanted.map((name) => {
    if (name === 'bias') return columnSum(device, { dy }, x.shape, 'dy_(b, r, c)');
    if (name === 'weight') {
      const term = `dy_(b, r, c) * ${mean ? '(x_(b, r, c) - mean_(b, r, 0))' : 'x_(b, r, c)'} * rstd_(b, r, 0)`;
      return columnSum(device, { dy, x, rstd, ...(mean && { mean }) }, x.shape, term);
    }
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
  fused('AshlarAddLayerNorm', (device, { x, residual, ...rest }, { eps, residuals }) => {
    const sum = add(device, x, residual);
    const { y, mean, rstd } = layerNorm(device, { ...rest, x: sum }, eps);
    return withResiduals(device, [sum, y], [mean, rstd], residuals);
  });
  fused('AshlarRmsNorm', (device, inputs, { eps, residuals }) => {
    const { y, rstd } = rmsNorm(device, inputs, eps);
    return withResiduals(device, [y], [rstd], residuals);
  });
  fused('AshlarAddRmsNorm', (device, { x, residual, weight }, { eps, residuals }) => {
    const sum = add(device, x, residual);
    const { y, rstd } = rmsNorm(device, { x: sum, weight }, eps);
    return withResiduals(device, [sum, y], [rstd], residuals);
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
