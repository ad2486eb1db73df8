import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, float, type Device, type Matrices } from '../device.js';
import { columnSum, elementwise } from './elementwise.js';
import { fused } from './fused.js';

/** GLSL: the mean over the columns of a row of `term`, in `b`, `r` and `i`. */
const average = (columns: number, term: string) => `
  float value(int b, int r, int c) {
    float sum = 0.0;
    for (int i = 0; i < ${columns}; i++) sum += ${term};
    return sum / ${columns}.0;
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
    shape: column,
    as: statistics,
    functions: `
      float value(int b, int r, int c) {
        float first = x_(b, r, 0);
        float sum = 0.0;
        for (int i = 1; i < ${columns}; i++) sum += x_(b, r, i) - first;
        return first + sum / ${columns}.0;
      }`,
  });
}

/** 1 / sqrt(mean((x - mean)^2) + eps); without a mean it is taken as 0. */
function rstdOf(device: Device, x: TensorInfo, mean: TensorInfo | undefined, eps: number): TensorInfo {
  const { columns, column, statistics } = shapesOf(x);
  return device.run({
    inputs: { x, ...(mean && { mean }) },
    uniforms: { eps: float(eps) },
    shape: column,
    as: statistics,
    functions: `
      float square(float x) { return x * x; }
      float value(int b, int r, int c) {
        float sum = 0.0;
        ${mean ? 'float centre = mean_(b, r, 0);' : ''}
        for (int i = 0; i < ${columns}; i++) sum += square(x_(b, r, i)${mean ? ' - centre' : ''});
        return inversesqrt(sum / ${columns}.0 + eps);
      }`,
  });
}

/** The gradient of `x` of either norm; without a mean it is that of the root mean square. */
function gradientOfX(
  device: Device,
  { dy, x, weight, mean, rstd }: Record<'dy' | 'x' | 'weight' | 'rstd', TensorInfo> & { mean?: TensorInfo },
): TensorInfo {
  const { columns, column } = shapesOf(x);
  const xHat = (at: string) => `(x_(b, r, ${at})${mean ? ' - mean_(b, r, 0)' : ''}) * rstd_(b, r, 0)`;
  const inputs = { dy, x, weight, rstd, ...(mean && { mean }) };
  // column 0: the mean of what reaches xHat, column 1: its share along xHat
  const means = device.run({
    inputs,
    shape: [column[0], column[1], 2],
    functions: average(columns, `dy_(b, r, i) * weight_(0, 0, i) * (c == 0 ? 1.0 : ${xHat('i')})`),
  });
  const dx = elementwise(
    device,
    { inputs: { ...inputs, means } },
    x.shape,
    `(dy_(b, r, c) * weight_(0, 0, c) ${mean ? '- means_(b, r, 0)' : ''} - ${xHat('c')} * means_(b, r, 1)) * rstd_(b, r, 0)`,
  );
  device.free(means);
  return dx;
}

export function registerNorms(): void {
  fused('AshlarLayerNorm', (device, { x, weight, bias }, { eps, residuals }) => {
    const mean = meanOf(device, x);
    const rstd = rstdOf(device, x, mean, eps);
    const y = elementwise(
      device,
      { inputs: { x, weight, mean, rstd, ...(bias && { bias }) } },
      x.shape,
      `(x_(b, r, c) - mean_(b, r, 0)) * rstd_(b, r, 0) * weight_(0, 0, c)${bias ? ' + bias_(0, 0, c)' : ''}`,
    );
    if (residuals) return [y, mean, rstd];
    device.free(mean);
    device.free(rstd);
    return [y];
  });

  fused('AshlarRmsNorm', (device, { x, weight }, { eps, residuals }) => {
    const rstd = rstdOf(device, x, undefined, eps);
    const y = elementwise(
      device,
      { inputs: { x, weight, rstd } },
      x.shape,
      'x_(b, r, c) * rstd_(b, r, 0) * weight_(0, 0, c)',
    );
    if (residuals) return [y, rstd];
    device.free(rstd);
    return [y];
  });

  fused('AshlarLayerNormGrad', (device, inputs, { wanted }) => {
    const { dy, x, mean, rstd } = inputs;
    const gradients = {
      x: () => gradientOfX(device, inputs),
      weight: () =>
        columnSum(
          device,
          { dy, x, mean, rstd },
          x.shape,
          'dy_(b, r, c) * (x_(b, r, c) - mean_(b, r, 0)) * rstd_(b, r, 0)',
        ),
      bias: () => columnSum(device, { dy }, x.shape, 'dy_(b, r, c)'),
    };
    return wanted.map((name) => gradients[name]());
  });

  fused('AshlarRmsNormGrad', (device, inputs, { wanted }) => {
    const { dy, x, rstd } = inputs;
    const gradients = {
      x: () => gradientOfX(device, inputs),
      weight: () => columnSum(device, { dy, x, rstd }, x.shape, 'dy_(b, r, c) * x_(b, r, c) * rstd_(b, r, 0)'),
    };
    return wanted.map((name) => gradients[name]());
  });
}
