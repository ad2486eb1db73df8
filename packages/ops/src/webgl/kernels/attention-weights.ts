import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device, Matrices } from '../device.js';
import { fromScores, logSumExpOf, oneByOne, prepare, weight, type Call } from './attention-call.js';
import { fused } from './fused.js';

/** The weights as matrices, one for each head of each batch. */
const weightsShape = ({ shape }: Call): Matrices => [shape.batch * shape.numHeads, shape.seq, shape.keySeq];

/** `[batch, numHeads, seq]`: dy . y of each row, which the gradients of its scores subtract. */
function totalOf(device: Device, call: Call, inputs: Record<'dy' | 'y', TensorInfo>): TensorInfo {
  const { batch, numHeads, seq } = call.shape;
  return oneByOne(device, call, [batch, numHeads, seq], {
    inputs,
    functions: `
      float one(int b, int h, int i) {
        float sum = 0.0;
        for (int j = 0; j < keySeq; j++) sum += dy1(b * heads + h, i, j) * y1(b * heads + h, i, j);
        return sum;
      }`,
  });
}

export function registerAttentionWeights(): void {
  fused('AshlarAttentionWeights', (device, inputs, attrs) => {
    const { q, k } = inputs;
    const call = prepare(inputs, { ...attrs, dropoutRate: 0 });
    const { batch, numHeads, seq, keySeq } = call.shape;
    const logSumExp = logSumExpOf(device, call, { q, k });
    const y = oneByOne(device, call, weightsShape(call), {
      inputs: { q, k, logSumExp },
      as: [batch, numHeads, seq, keySeq],
      functions: `${weight(call)}
        float one(int matrix, int i, int j) {
          int b = matrix / heads;
          int h = matrix - b * heads;
          if (visible(b, h, i, j)) return weight(b, h, i, j);
          float all = logSumExp1(b, h, i);
          return isnan(all) ? all : 0.0;
        }`,
    });
    device.free(logSumExp);
    return [y];
  });

  fused('AshlarAttentionWeightsGrad', (device, { dy, q, k, y }, { wanted, ...attrs }) => {
    // what is hidden has a weight of 0: the masks are not needed again
    const call = prepare({ q, k }, { ...attrs, causal: false, window: null, dropoutRate: 0 });
    const total = totalOf(device, call, { dy, y });
    const functions = `
      float dScore(int b, int h, int i, int j) {
        return y1(b * heads + h, i, j) * (dy1(b * heads + h, i, j) - total1(b, h, i));
      }`;
    const gradients = fromScores(device, call, { inputs: { dy, y, total }, functions }, { q, k });
    const outputs = wanted.map((name) => gradients[name]());
    device.free(total);
    return outputs;
  });
}
