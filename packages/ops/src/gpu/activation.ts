import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Activation } from '../contract/kernels.js';
import type { Fused } from './fused.js';

/** An activation that is computed. */
export type Kind = Exclude<Activation, 'none'>;

/** What differs between shading languages in functions of one float. */
export interface Language {
  /** A function of `x` with these statements. */
  define(name: string, statements: string): string;
  /** What declares a float. */
  local: string;
  select(no: string, yes: string, condition: string): string;
}

/** Source of an activation: functions, and what is its value and its slope at `x`. */
export interface ActivationSource {
  functions: string;
  value: string;
  slope: string;
}

/** Every activation in a shading language. */
export function activationsIn({ define, local, select }: Language): Record<Kind, ActivationSource> {
  const sqrt2OverPi = Math.sqrt(2 / Math.PI);
  return {
    gelu: {
      // Abramowitz and Stegun, formula 7.1.26, off by 1.5e-7 at the most
      functions: define(
        'cdf',
        `${local} z = min(abs(x) * ${Math.SQRT1_2}, 9.0);
         ${local} t = 1.0 / (1.0 + 0.3275911 * z);
         ${local} series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
         ${local} tail = 0.5 * series * exp(-z * z);
         return ${select('tail', '1.0 - tail', 'x >= 0.0')};`,
      ),
      value: 'x * cdf(x)',
      slope: `cdf(x) + x * ${1 / Math.sqrt(2 * Math.PI)} * exp(-0.5 * min(x * x, 170.0))`,
    },
    gelu_new: {
      functions: [
        define('inner', `return tanh(clamp(x * ${sqrt2OverPi} * (1.0 + 0.044715 * x * x), -15.0, 15.0));`),
        define(
          'slopeOf',
          `${local} t = inner(x);
           ${local} grown = min(${sqrt2OverPi} * (1.0 + 3.0 * 0.044715 * x * x), 1e30);
           return 0.5 * (1.0 + t) + 0.5 * x * ((1.0 - t * t) * grown);`,
        ),
      ].join('\n'),
      value: '0.5 * x * (1.0 + inner(x))',
      slope: 'slopeOf(x)',
    },
    relu: { functions: '', value: 'max(x, 0.0)', slope: select('0.0', '1.0', 'x > 0.0') },
    silu: {
      functions: define('sigmoid', 'return 1.0 / (1.0 + exp(clamp(-x, -87.0, 87.0)));'),
      value: 'x * sigmoid(x)',
      slope: 'sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x)))',
    },
  };
}

/** Programs of activations on a device. */
export interface Activate<Device> {
  /** The activation of every element. */
  activate(device: Device, a: TensorInfo, kind: Kind): TensorInfo;
  /** dy times the slope of the activation at `a`. */
  activationGradient(device: Device, dy: TensorInfo, a: TensorInfo, kind: Kind): TensorInfo;
}

const kindOf = { none: 'gelu', tanh: 'gelu_new' } as const;

export function registerGelu<Device>(fused: Fused<Device>, { activate, activationGradient }: Activate<Device>): void {
  fused('AshlarGelu', (device, { x }, { approximate }) => [activate(device, x, kindOf[approximate])]);
  fused('AshlarGeluGrad', (device, { dy, x }, { approximate }) => [
    activationGradient(device, dy, x, kindOf[approximate]),
  ]);
}
