import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RotaryAttrs, RotaryTables } from '../contract/kernels.js';
import type { Fused } from './fused.js';

/** Turns every pair of x by its angle, or back by it. */
export interface Turn extends RotaryTables, RotaryAttrs {
  x: TensorInfo;
  direction: 1 | -1;
}

export function registerRotary<Device>(fused: Fused<Device>, turn: (device: Device, call: Turn) => TensorInfo): void {
  fused('AshlarRotary', (device, inputs, attrs) => [turn(device, { ...inputs, ...attrs, direction: 1 })]);
  fused('AshlarRotaryGrad', (device, { dy: x, ...tables }, attrs) => [
    turn(device, { x, ...tables, ...attrs, direction: -1 }),
  ]);
}
