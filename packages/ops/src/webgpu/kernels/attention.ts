import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { atKey, each, gradientOfBias, heads, key, prepare, query, type Call } from './attention-call.js';
import { fused } from './fused.js';

/** One invocation a query: its row of scores is walked once, with a running maximum. */
function forward(device: Device, call: Call, inputs: Record<'q' | 'k' | 'v', TensorInfo>, shape: number[]) {
  const { batch, seq, numHeads } = call.sizes;
  const y = device.output(shape);
  const logSumExp = device.output([batch, numHeads, seq]);
  device.run({
    name: 'AshlarAttention',
    ...call.base,
    inputs: { q: inputs.q, k: inputs.k, v: inputs.v, ...call.masks.inputs },
    outputs: { y, logSumExp },
    types: heads(call, 'q', 'k', 'v', 'y'),
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var own: Head;
      var sum: Head;
      ${each(call, `own[d] = q[atQ + d] * u.scale; sum[d] = ${call.vec}(0.0);`)}
      var highest = -3e38;
      var weights = 0.0;
      let keys = keysOf(b, i);
      for (var j = keys.x; j < keys.y; j++) {
        if (!visible(b, h, i, j)) { continue; }
        let at = ${atKey(call)};
        var score = 0.0;
        ${each(call, 'score += product(own[d], k[at + d]);')}
        score += bias(h, i, j);
        if (score > highest) {
          let factor = exp(highest - score);
          weights *= factor;
          ${each(call, 'sum[d] *= factor;')}
          highest = score;
        }
        let weight = exponential(score - highest);
        weights += weight;
        let share = weight * kept(u32(row * u.keySeq + j));
        ${each(call, 'sum[d] += share * v[at + d];')}
      }
      let sees = weights != 0.0; // also when NaN
      logSumExp[row] = select(0.0, highest + logarithm(weights), sees);
      let scale = select(0.0, 1.0 / weights, sees);
      ${each(call, 'y[atQ + d] = sum[d] * scale;')}`,
  });
  return { y, logSumExp };
}

/** `[batch, numHeads, seq, 2]`: logSumExp, and dy . y of each head: what all gradients of a row subtract. */
function statistics(device: Device, call: Call, { dy, y, logSumExp }: Record<'dy' | 'y' | 'logSumExp', TensorInfo>) {
  const { batch, seq, numHeads } = call.sizes;
  const rows = device.output([batch, numHeads, seq, 2]);
  device.run({
    name: 'AshlarAttentionGrad rows',
    variant: call.base.variant!,
    uniforms: call.base.uniforms,
    functions: call.base.functions!,
    inputs: { dy, y, logSumExp, ...call.masks.inputs },
    outputs: { rows },
    types: heads(call, 'dy', 'y'),
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var sum = 0.0;
      ${each(call, 'sum += product(dy[atQ + d], y[atQ + d]);')}
      rows[2 * row] = logSumExp[row];
      rows[2 * row + 1] = sum;`,
  });
  return rows;
}

type Gradients = Record<'q' | 'k' | 'v' | 'dy' | 'rows', TensorInfo>;

/** One invocation a query. */
function gradientOfQueries(device: Device, call: Call, { q, k, v, dy, rows }: Gradients) {
  const { batch, seq, numHeads } = call.sizes;
  const dq = device.output(q.shape);
  device.run({
    name: 'AshlarAttentionGrad q',
    ...call.base,
    inputs: { q, k, v, dy, rows, ...call.masks.inputs },
    outputs: { dq },
    types: heads(call, 'q', 'k', 'v', 'dy', 'dq'),
    groups: Math.ceil((batch * numHeads * seq) / 64),
    main: `${query(call)}
      var own: Head;
      var outer: Head;
      var sum: Head;
      ${each(call, `own[d] = q[atQ + d] * u.scale; outer[d] = dy[atQ + d]; sum[d] = ${call.vec}(0.0);`)}
      let keys = keysOf(b, i);
      for (var j = keys.x; j < keys.y; j++) {
        if (!visible(b, h, i, j)) { continue; }
        let at = ${atKey(call)};
        var score = 0.0;
        var dWeight = 0.0;
        ${each(call, 'score += product(own[d], k[at + d]); dWeight += product(outer[d], v[at + d]);')}
        score += bias(h, i, j);
        let dropped = dWeight * kept(u32(row * u.keySeq + j));
        let dScore = weightOf(score - rows[2 * row]) * (dropped - rows[2 * row + 1]);
        ${each(call, 'sum[d] += dScore * k[at + d];')}
      }
      ${each(call, 'dq[atQ + d] = sum[d] * u.scale;')}`,
  });
  return dq;
}

/** One invocation a key, which meets the queries of all heads that read it. */
function gradientOfKeys(device: Device, call: Call, { q, k, v, dy, rows }: Gradients) {
  const { batch, keySeq, numKvHeads } = call.sizes;
  const [dk, dv] = [device.output(k.shape), device.output(v.shape)];
  device.run({
    name: 'AshlarAttentionGrad k v',
    ...call.base,
    inputs: { q, k, v, dy, rows, ...call.masks.inputs },
    outputs: { dk, dv },
    types: heads(call, 'q', 'k', 'v', 'dy', 'dk', 'dv'),
    groups: Math.ceil((batch * numKvHeads * keySeq) / 64),
    main: `${key(call)}
      var own: Head;
      var value: Head;
      var sumK: Head;
      var sumV: Head;
      ${each(call, `own[d] = k[at + d] * u.scale; value[d] = v[at + d]; sumK[d] = ${call.vec}(0.0); sumV[d] = ${call.vec}(0.0);`)}
      for (var h = kvHead * perKey; h < (kvHead + 1) * perKey; h++) {
        for (var i = 0; i < u.seq; i++) {
          if (!visible(b, h, i, j)) { continue; }
          let row = (b * u.heads + h) * u.seq + i;
          let atQ = ((b * u.seq + i) * u.heads + h) * ${call.width};
          var score = 0.0;
          var dWeight = 0.0;
          ${each(call, 'score += product(q[atQ + d], own[d]); dWeight += product(dy[atQ + d], value[d]);')}
          score += bias(h, i, j);
          let weight = weightOf(score - rows[2 * row]);
          let factor = kept(u32(row * u.keySeq + j));
          let dScore = weight * (dWeight * factor - rows[2 * row + 1]);
          ${each(call, 'sumK[d] += dScore * q[atQ + d]; sumV[d] += weight * factor * dy[atQ + d];')}
        }
      }
      ${each(call, 'dk[at + d] = sumK[d] * u.scale; dv[at + d] = sumV[d];')}`,
  });
  return { dk, dv };
}

/** What the gradient of a score needs is computed again for each diagonal that it lies on. */
const gradientOfDistances = (device: Device, call: Call, { q, k, v, dy, rows }: Gradients) =>
  gradientOfBias(
    device,
    call,
    {
      name: 'AshlarAttentionGrad distanceBias',
      inputs: { q, k, v, dy, rows, ...call.masks.inputs },
      types: heads(call, 'q', 'k', 'v', 'dy'),
    },
    `if (!visible(b, h, i, j)) { continue; }
     let at = ${atKey(call)};
     let atQ = ((b * u.seq + i) * u.heads + h) * ${call.width};
     var score = 0.0;
     var dWeight = 0.0;
     ${each(call, 'score += product(q[atQ + d], k[at + d]); dWeight += product(dy[atQ + d], v[at + d]);')}
     let weight = weightOf(score * u.scale + bias(h, i, j) - rows[2 * row]);
     sum += weight * (dWeight * kept(u32(row * u.keySeq + j)) - rows[2 * row + 1]);`,
  );

export function registerAttention(): void {
  fused('AshlarAttention', (device, inputs, attrs) => {
    const call = prepare(device, inputs, attrs);
    const { y, logSumExp } = forward(device, call, inputs, inputs.q.shape);
    call.masks.free();
    if (attrs.residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  fused('AshlarAttentionGrad', (device, inputs, { wanted, ...attrs }) => {
    const { q, k, v, dy } = inputs;
    const call = prepare(device, inputs, attrs);
    const all = { q, k, v, dy, rows: statistics(device, call, inputs) };
    const gradients: Partial<Record<(typeof wanted)[number], TensorInfo>> = {};
    if (wanted.includes('q')) gradients.q = gradientOfQueries(device, call, all);
    if (wanted.includes('k') || wanted.includes('v')) {
      const { dk, dv } = gradientOfKeys(device, call, all);
      Object.assign(gradients, { k: dk, v: dv });
    }
    if (wanted.includes('distanceBias')) gradients.distanceBias = gradientOfDistances(device, call, all);
    device.free(all.rows);
    call.masks.free();
    for (const name of ['k', 'v'] as const) if (gradients[name] && !wanted.includes(name)) device.free(gradients[name]);
    return wanted.map((name) => gradients[name]!);
  });
}
