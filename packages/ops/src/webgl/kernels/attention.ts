import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import {
  fromScores,
  logSumExpOf,
  oneByOne,
  overHead,
  perKey,
  perQuery,
  prepare,
  weight,
  type Call,
} from './attention-call.js';
import { fused } from './fused.js';

/** `[batch, numHeads, seq]`: dy . y of each query and head, which the gradients of its scores subtract. */
const totalOf = (device: Device, call: Call, inputs: Record<'dy' | 'y', TensorInfo>) =>
  oneByOne(device, call, [call.shape.batch, call.shape.numHeads, call.shape.seq], {
    inputs,
    functions: `
      float one(int b, int h, int i) {
        ${overHead(call, 'dot(dy_(b, i, h * headDim + d), y_(b, i, h * headDim + d))')}
        return sum;
      }`,
  });

/** GLSL: the gradient of a score over the scale. */
const scoreGradient = (call: Call) => `${weight(call)}
  float dScore(int b, int h, int i, int j) {
    ${overHead(call, 'dot(dy_(b, i, h * headDim + d), v_(b, j, kvHead(h) * headDim + d))')}
    return weight(b, h, i, j) * (sum * keptAt(b, h, i, j) - total1(b, h, i));
  }`;

export function registerAttention(): void {
  fused('AshlarAttention', (device, inputs, attrs) => {
    const { q, k, v } = inputs;
    const call = prepare(inputs, attrs);
    const logSumExp = logSumExpOf(device, call, { q, k });
    const own = { inputs: { q, k, v, logSumExp }, functions: weight(call) };
    const y = perQuery(device, call, own, 'weight(b, h, i, j) * keptAt(b, h, i, j) * v_(b, j, at)');
    if (attrs.residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  fused('AshlarAttentionGrad', (device, inputs, { wanted, ...attrs }) => {
    const { q, k, v, y, dy, logSumExp } = inputs;
    const call = prepare(inputs, attrs);
    const total = totalOf(device, call, { dy, y });
    const ofScores = { inputs: { q, k, v, dy, logSumExp, total }, functions: scoreGradient(call) };
    const ofValues = { inputs: { q, k, dy, logSumExp }, functions: weight(call) };
    const gradients = {
      ...fromScores(device, call, ofScores, { q, k }),
      v: () => perKey(device, call, ofValues, 'weight(b, h, i, j) * keptAt(b, h, i, j) * dy_(b, i, at)'),
    };
    const outputs = wanted.map((name) => gradients[name]());
    device.free(total);
    return outputs;
  });
}
