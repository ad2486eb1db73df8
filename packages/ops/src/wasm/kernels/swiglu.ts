import type { Device } from '../device.js';
import { asMatrix, fused } from './fused.js';

/** Nanoseconds of an element, forward and backward. */
const [cost, gradCost] = [1.2, 1.5];

interface Layout {
  rows: number;
  n: number;
  pitch: number;
}

/** Elements from one row of gate to the next, and from gate to up where they share a row. */
function layout(gate: { shape: number[] }, packed: boolean): Layout {
  const { rows, width } = asMatrix(gate.shape);
  return packed ? { rows, n: width / 2, pitch: width } : { rows: 1, n: rows * width, pitch: rows * width };
}

/** Ranges of rows, or of the elements of a single row: where they begin in gate and in the output, and their size. */
function parts(device: Device, { rows, n, pitch }: Layout, elementCost: number) {
  if (rows > 1)
    return device.crew
      .ranges(rows, n * elementCost)
      .map(([from, to]) => ({ from: from * pitch, out: from * n, rows: to - from, n }));
  return device.crew
    .ranges(n, elementCost, { multiple: 16 })
    .map(([from, to]) => ({ from, out: from, rows, n: to - from }));
}

export function registerSwiglu(): void {
  fused('AshlarSwiglu', (device, { gate, up }) => {
    const { rows, n, pitch } = layout(gate, !up);
    const y = device.output(up ? gate.shape : [...gate.shape.slice(0, -1), n]);
    device.crew.run(
      'swiglu',
      parts(device, { rows, n, pitch }, cost).map(({ from, out, rows, n: length }) => [
        device.address(gate, from),
        up ? device.address(up, from) : device.address(gate, from + n),
        device.address(y, out),
        rows,
        length,
        pitch,
      ]),
    );
    return [y];
  });

  fused('AshlarSwigluGrad', (device, { dy, gate, up }, { wanted }) => {
    const { rows, n, pitch } = layout(gate, !up);
    const outputs = wanted.map(() => device.output(gate.shape));
    const output = (name: 'gate' | 'up') => outputs[wanted.indexOf(name)];
    device.crew.run(
      'swiglu_grad',
      parts(device, { rows, n, pitch }, gradCost).map(({ from, out, rows, n: length }) => [
        device.address(gate, from),
        up ? device.address(up, from) : device.address(gate, from + n),
        device.address(dy, out),
        device.address(output('gate'), from),
        up ? device.address(output('up'), from) : device.address(output('gate'), from + n),
        rows,
        length,
        pitch,
      ]),
    );
    return outputs;
  });
}
