import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { atKey, each, gradientOfBias, heads, key, prepare, query, type Call } from './attention-call.js';
import { fused } from './fused.js';

/** One invocation a query: its scores are stored, and brought to weights when their sum is known. */
function forward(device: Device, call: Call, { q, k }: Record<'q' | 'k', TensorInfo>): TensorInfo {
  const { batch, seq, keySeq, numHeads } = call.sizes;
  const y = device.output([batch, numHeads, seq, keySeq]);
  device.run({
    name: 'AshlarAttentionWeights',
    ...call.base,
    inputs: { q, k, ...call.masks.inputs },
    outputs: { y },
    types: heads(call, 'q', 'k'),
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var highest = -3e38;
      var sum = 0.0;
      for (var j = 0; j < u.keySeq; j++) {
        if (!visible(b, h, i, j)) { continue; }
        let at = ${atKey(call)};
        var score = 0.0;
        ${each(call, 'score += product(q[atQ + d], k[at + d]);')}
        score = score * u.scale + bias(h, i, j);
        y[row * u.keySeq + j] = score;
        if (score > highest) {
          sum *= exp(highest - score);
          highest = score;
        }
        sum += exponential(score - highest);
      }
      let scale = select(1.0 / sum, 0.0, sum == 0.0);
      for (var j = 0; j < u.keySeq; j++) {
        let at = row * u.keySeq + j;
        var weight = 0.0;
        if (visible(b, h, i, j)) { weight = exponential(y[at] - highest); }
        y[at] = select(weight * scale, scale, isNaN(scale)); // 0 * NaN might be taken for 0
      }`,
  });
  return y;
}

type Saved = Record<'q' | 'k' | 'dy' | 'y', TensorInfo>;

/** `[batch, numHeads, seq]`: dy . y of each row, which the gradients of its scores subtract. */
function totals(device: Device, call: Call, { dy, y }: Saved): TensorInfo {
  const { batch, seq, numHeads } = call.sizes;
  const rows = device.output([batch, numHeads, seq]);
  device.run({
    name: 'AshlarAttentionWeightsGrad rows',
    ...call.base,
    inputs: { dy, y },
    outputs: { rows },
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var sum = 0.0;
      for (var at = row * u.keySeq; at < (row + 1) * u.keySeq; at++) { sum += dy[at] * y[at]; }
      rows[row] = sum;`,
  });
  return rows;
}

/** WGSL: the gradient of the score of `row` and key `j`, which is 0 for a key that is not seen. */
const dScore = 'y[row * u.keySeq + j] * (dy[row * u.keySeq + j] - rows[row])';

type Gradients = Saved & { rows: TensorInfo };

function gradientOfQueries(device: Device, call: Call, { q, k, dy, y, rows }: Gradients): TensorInfo {
  const { batch, seq, numHeads } = call.sizes;
  const dq = device.output(q.shape);
  device.run({
    name: 'AshlarAttentionWeightsGrad q',
    ...call.base,
    inputs: { k, dy, y, rows },
    outputs: { dq },
    types: heads(call, 'k', 'dq'),
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var sum: Head;
      for (var j = 0; j < u.keySeq; j++) {
        let factor = ${dScore} * u.scale;
        let at = ${atKey(call)};
        ${each(call, 'sum[d] += factor * k[at + d];')}
      }
      ${each(call, 'dq[atQ + d] = sum[d];')}`,
  });
  return dq;
}

function gradientOfKeys(device: Device, call: Call, { q, k, dy, y, rows }: Gradients): TensorInfo {
  const { batch, keySeq, numKvHeads } = call.sizes;
  const dk = device.output(k.shape);
  device.run({
    name: 'AshlarAttentionWeightsGrad k',
    ...call.base,
    inputs: { q, dy, y, rows },
    outputs: { dk },
    types: heads(call, 'q', 'dk'),
    groups: Math.ceil((batch * numKvHeads * keySeq) / 64),
    main: `${key(call)}
      var sum: Head;
      for (var h = kvHead * perKey; h < (kvHead + 1) * perKey; h++) {
        for (var i = 0; i < u.seq; i++) {
          let row = (b * u.heads + h) * u.seq + i;
          let factor = ${dScore} * u.scale;
          let atQ = ((b * u.seq + i) * u.heads + h) * ${call.width};
          ${each(call, 'sum[d] += factor * q[atQ + d];')}
        }
      }
      ${each(call, 'dk[at + d] = sum[d];')}`,
  });
  return dk;
}

export function registerAttentionWeights(): void {
  fused('AshlarAttentionWeights', (device, inputs, attrs) => {
    const call = prepare(device, inputs, { ...attrs, dropoutRate: 0 });
    const y = forward(device, call, inputs);
    call.masks.free();
    return [y];
  });

  fused('AshlarAttentionWeightsGrad', (device, { dy, q, k, y }, { wanted, ...attrs }) => {
    // what is hidden has a weight of 0: the masks are not needed again
    const call = prepare(device, { q, k }, { ...attrs, causal: false, window: null, dropoutRate: 0 });
    const all = { q, k, dy, y, rows: totals(device, call, { q, k, dy, y }) };
    const gradients = {
      q: () => gradientOfQueries(device, call, all),
      k: () => gradientOfKeys(device, call, all),
      distanceBias: () =>
        gradientOfBias(
          device,
          call,
          { name: 'AshlarAttentionWeightsGrad distanceBias', inputs: { dy, y, rows: all.rows } },
          `sum += ${dScore};`,
        ),
    };
    const outputs = wanted.map((name) => gradients[name]());
    device.free(all.rows);
    return outputs;
  });
}
