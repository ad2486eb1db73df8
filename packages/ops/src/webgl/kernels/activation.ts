import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

type Kind = Exclude<Activation, 'none'>;

const gelu = {
  // Abramowitz and Stegun, formula 7.1.26, off by 1.5e-7 at the most
  functions: `
    float cdf(float x) {
      float z = min(abs(x) * ${Math.SQRT1_2}, 9.0);
      float t = 1.0 / (1.0 + 0.3275911 * z);
      float series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
      float tail = 0.5 * series * exp(-z * z);
      return x >= 0.0 ? 1.0 - tail : tail;
    }`,
  value: 'x * cdf(x)',
  slope: `cdf(x) + x * ${1 / Math.sqrt(2 * Math.PI)} * exp(-0.5 * min(x * x, 170.0))`,
};

const geluNew = {
  functions: `
    float inner(float x) {
      return tanh(clamp(x * ${Math.sqrt(2 / Math.PI)} * (1.0 + 0.044715 * x * x), -15.0, 15.0));
    }
    float slopeOf(float x) {
      float t = inner(x);
      float grown = min(${Math.sqrt(2 / Math.PI)} * (1.0 + 3.0 * 0.044715 * x * x), 1e30);
      return 0.5 * (1.0 + t) + 0.5 * x * ((1.0 - t * t) * grown);
    }`,
  value: '0.5 * x * (1.0 + inner(x))',
  slope: 'slopeOf(x)',
};

export const silu = {
  functions: 'float sigmoid(float x) { return 1.0 / (1.0 + exp(clamp(-x, -87.0, 87.0))); }',
  value: 'x * sigmoid(x)',
  slope: 'sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)))',
};

const relu = { functions: '', value: 'max(x, 0.0)', slope: 'x > 0.0 ? 1.0 : 0.0' };

const kinds: Record<Kind, { functions: string; value: string; slope: string }> = {
  gelu,
  gelu_new: geluNew,
  relu,
  silu,
};

/** The activation of every element. */
export function activate(device: Device, a: TensorInfo, kind: Kind): TensorInfo {
  const { functions, value } = kinds[kind];
  const named = `${functions} float activation(float x) { return ${value}; }`;
  return elementwise(device, { inputs: { a }, functions: named }, a.shape, 'activation(a_(b, r, c))');
}

/** dy times the slope of the activation at `a`. */
export function activationGradient(device: Device, dy: TensorInfo, a: TensorInfo, kind: Kind): TensorInfo {
  const { functions, slope } = kinds[kind];
  const named = `${functions} float slope(float x) { return ${slope}; }`;
  return elementwise(device, { inputs: { dy, a }, functions: named }, dy.shape, 'dy_(b, r, c) * slope(a_(b, r, c))');
}

const kindOf = { none: 'gelu', tanh: 'gelu_new' } as const;

export function registerGelu(): void {
  fused('AshlarGelu', (device, { x }, { approximate }) => [activate(device, x, kindOf[approximate])]);
  fused('AshlarGeluGrad', (device, { dy, x }, { approximate }) => [
    activationGradient(device, dy, x, kindOf[approximate]),
  ]);
}
