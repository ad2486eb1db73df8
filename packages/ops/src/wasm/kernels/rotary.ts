import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { RotaryAttrs, RotaryTables } from '../../contract/kernels.js';
import type { Device } from '../device.js';
import { asMatrix, fused } from './fused.js';

/** Nanoseconds of an element. */
const cost = 0.5;

function turn(device: Device, x: Tensor, tables: RotaryTables, attrs: RotaryAttrs, sign: 1 | -1): TensorInfo[] {
  const { cos, sin, positions } = tables;
  const { rows, width } = asMatrix(x.shape);
  const [count, pairs] = cos.shape as [number, number];
  const seq = positions.shape.length === 0 ? x.shape[1]! : 0;
  const y = device.output(x.shape);
  const ranges = device.crew.ranges(rows, width * cost);
  const found = device.crew.run(
    'rotary',
    ranges.map(([from, to]) => [
      device.address(x, width * from),
      device.address(y, width * from),
      device.address(cos),
      device.address(sin),
      device.address(positions),
      seq,
      count,
      from,
      to,
      attrs.numHeads,
      width / attrs.numHeads,
      pairs,
      Number(attrs.interleaved),
      sign,
    ]),
  );
  const bad = found.find((row) => row >= 0);
  if (bad !== undefined) {
    device.free(y);
    const values = device.view<Int32Array>(positions);
    const position = seq ? values[0]! + (bad % seq) : values[bad]!;
    throw new RangeError(`rotary: position ${position} is outside of the tables' ${count} positions`);
  }
  return [y];
}

export function registerRotary(): void {
  fused('AshlarRotary', (device, { x, ...tables }, attrs) => turn(device, x, tables, attrs, 1));
  fused('AshlarRotaryGrad', (device, { dy, ...tables }, attrs) => turn(device, dy, tables, attrs, -1));
}
