import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { asMatrix, fused } from './fused.js';

/** Nanoseconds of an element. */
const [cost, gradCost] = [1.5, 2.5];

/**
 * How the work is cut: by elements, or by rows where gate and up share one. `at` is the first element of a range of the gates,
 * `out` that of the result; both lie `pitch` and n elements a row.
 */
function layout(device: Device, gate: Tensor, packed: boolean, nanoseconds: number) {
  const { rows, width } = asMatrix(gate.shape);
  const n = packed ? width / 2 : 1;
  const ranges = device.crew.ranges(packed ? rows : rows * width, n * nanoseconds, packed ? {} : { multiple: 16 });
  return {
    n,
    /** A tensor of gates and one of ups, or both in one, from an element on. */
    pair: (gates: TensorInfo | undefined, ups: TensorInfo | undefined, at: number) =>
      [device.address(gates, at), packed ? device.address(gates, at + n) : device.address(ups, at)] as const,
    parts: ranges.map(([from, to]) =>
      packed
        ? { at: from * width, out: from * n, rows: to - from, n, pitch: width }
        : { at: from, out: from, rows: 1, n: to - from, pitch: to - from },
    ),
  };
}

export function registerSwiglu(): void {
  fused('AshlarSwiglu', (device, { gate, up }) => {
    const { n, parts, pair } = layout(device, gate, !up, cost);
    const y = device.output(up ? gate.shape : [...gate.shape.slice(0, -1), n]);
    device.crew.run(
      'swiglu',
      parts.map(({ at, out, rows, n, pitch }) => [...pair(gate, up, at), device.address(y, out), rows, n, pitch]),
    );
    return [y];
  });

  fused('AshlarSwigluGrad', (device, { dy, gate, up }, { wanted }) => {
    const { parts, pair } = layout(device, gate, !up, gradCost);
    const outputs = wanted.map(() => device.output(gate.shape));
    const [dGate, dUp] = (['gate', 'up'] as const).map((name) => outputs[wanted.indexOf(name)]);
    device.crew.run(
      'swiglu_grad',
      parts.map(({ at, out, rows, n, pitch }) => [
        ...pair(gate, up, at),
        device.address(dy, out),
        ...pair(dGate, dUp, at),
        rows,
        n,
        pitch,
      ]),
    );
    return outputs;
  });
}
