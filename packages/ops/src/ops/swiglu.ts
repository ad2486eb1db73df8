import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { activationGradient, activate } from './activation.js';
import { check, checkInput, describe, widthOf } from './shapes.js';

const halves = (packed: tf.Tensor) => tf.split(packed, 2, -1) as [tf.Tensor, tf.Tensor];

const run = /* @__PURE__ */ defineOp<'AshlarSwiglu'>({
  name: 'AshlarSwiglu',
  outputs: ['y'],
  reference(inputs) {
    const [gate, up] = inputs.up ? [inputs.gate, inputs.up] : halves(inputs.gate);
    return [tf.mul(activate(gate, 'silu'), up)];
  },
  gradient: {
    wanted: ['gate', 'up'],
    saves: ['gate', 'up'],
    reference({ dy, ...inputs }, { wanted }) {
      const [gate, up] = inputs.up ? [inputs.gate, inputs.up] : halves(inputs.gate);
      const dGate = () => activationGradient(tf.mul(dy, up), gate, 'silu');
      const dUp = () => tf.mul(dy, activate(gate, 'silu'));
      if (!inputs.up) return [tf.concat([dGate(), dUp()], -1)];
      return wanted.map((name) => (name === 'gate' ? dGate() : dUp()));
    },
  },
});

/**
 * The gated half of a Llama-like feed-forward layer (Shazeer 2020, arXiv 2002.05202): `silu(gate) * up`.
 *
 * @param gate `[..., hidden]`; without `up` it holds both, `[..., 2 * hidden]`, the gate first
 * @param up as gate
 * @returns `[..., hidden]`
 * @throws RangeError when the shapes do not fit
 */
export function swiglu(gate: tf.Tensor, up?: tf.Tensor | null): tf.Tensor {
  checkInput('swiglu', 'gate', gate);
  if (up) {
    checkInput('swiglu', 'up', up);
    check(
      String(up.shape) === String(gate.shape),
      () => `swiglu: ${describe('up', up)} must have the shape of ${describe('gate', gate)}`,
    );
  } else
    check(
      widthOf(gate) % 2 === 0,
      () => `swiglu: ${describe('gate', gate)} must be [..., 2 * hidden] where it holds up too`,
    );
  return run({ gate, ...(up && { up }) }, {})[0]!;
}
