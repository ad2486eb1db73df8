import { asMatrix, fused } from './fused.js';

/** Elements from one row of gate to the next, and from gate to up where they share a row. */
function layout(gate: { shape: number[] }, packed: boolean): { rows: number; n: number; pitch: number } {
  const { rows, width } = asMatrix(gate.shape);
  return packed ? { rows, n: width / 2, pitch: width } : { rows: 1, n: rows * width, pitch: rows * width };
}

export function registerSwiglu(): void {
  fused('AshlarSwiglu', (device, { gate, up }) => {
    const { rows, n, pitch } = layout(gate, !up);
    const y = device.output(up ? gate.shape : [...gate.shape.slice(0, -1), n]);
    const pGate = device.address(gate);
    const pUp = up ? device.address(up) : pGate + 4 * n;
    device.kernels.swiglu(pGate, pUp, device.address(y), rows, n, pitch);
    return [y];
  });

  fused('AshlarSwigluGrad', (device, { dy, gate, up }, { wanted }) => {
    const { rows, n, pitch } = layout(gate, !up);
    const outputs = wanted.map(() => device.output(gate.shape));
    const pGate = device.address(gate);
    const pUp = up ? device.address(up) : pGate + 4 * n;
    const out = (name: 'gate' | 'up') => device.address(outputs[wanted.indexOf(name)]);
    const dGate = out('gate');
    const dUp = up ? out('up') : dGate + 4 * n;
    device.kernels.swiglu_grad(pGate, pUp, device.address(dy), dGate, dUp, rows, n, pitch);
    return outputs;
  });
}
