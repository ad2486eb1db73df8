import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { NormPrograms, Saved } from '../../gpu/norms.js';
import { asMatrices, float, int, type Device, type Matrices } from '../device.js';
import { columnSum, elementwise } from './elementwise.js';

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

const add = (device: Device, x: TensorInfo, residual: TensorInfo) =>
  elementwise(device, { inputs: { x, residual } }, x.shape, 'x_(b, r, c) + residual_(b, r, c)');

export const normPrograms: NormPrograms<Device> = {
  norm(device, { x: own, residual, weight, bias }, eps, centred) {
    const sum = residual && add(device, own, residual);
    const x = sum ?? own;
    const mean = centred ? meanOf(device, x) : undefined;
    const rstd = rstdOf(device, x, mean, eps);
    const y = elementwise(
      device,
      { inputs: { x, weight, rstd, ...(mean && { mean }), ...(bias && { bias }) } },
      x.shape,
      `(x_(b, r, c)${mean ? ' - mean_(b, r, 0)' : ''}) * rstd_(b, r, 0) * weight_(0, 0, c)${bias ? ' + bias_(0, 0, c)' : ''}`,
    );
    return { y, rstd, ...(sum && { sum }), ...(mean && { mean }) };
  },
  gradientOfX,
  gradientsOfParameters(device, { dy, x, mean, rstd }, wanted) {
    const factor = `(x_(b, r, c)${mean ? ' - mean_(b, r, 0)' : ''}) * rstd_(b, r, 0)`;
    const sums = {
      weight: () => columnSum(device, { dy, x, rstd, ...(mean && { mean }) }, x.shape, `dy_(b, r, c) * ${factor}`),
      bias: () => columnSum(device, { dy }, x.shape, 'dy_(b, r, c)'),
    };
    const names = (['weight', 'bias'] as const).filter((name) => wanted.includes(name));
    return Object.fromEntries(names.map((name) => [name, sums[name]()]));
  },
};
