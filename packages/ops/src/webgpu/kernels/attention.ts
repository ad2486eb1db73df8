import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks, FusedKernels } from '../../contract/kernels.js';
import { float, int, type Device, type Program } from '../device.js';
import { exponentialWgsl } from './exponential.js';
import { fused } from './fused.js';
import { packMasks, type PackedMasks } from './attention-masks.js';
import { philoxUniforms, philoxWgsl } from './philox.js';

type Inputs = Pick<FusedKernels['AshlarAttention']['inputs'], 'q' | 'k' | 'rng'> & AttentionMasks;

/** What every program of a call shares. */
interface Call {
  masks: PackedMasks;
  /** Elements of a head, four at a time where its width allows. */
  width: number;
  vec: string;
  drops: boolean;
  base: Pick<Program, 'variant' | 'uniforms' | 'functions'>;
  sizes: { batch: number; seq: number; keySeq: number; numHeads: number; numKvHeads: number };
}

function prepare(device: Device, inputs: Inputs, attrs: AttentionAttrs & { dropoutRate: number }): Call {
  const { q, k, rng } = inputs;
  const { numHeads, numKvHeads, scale, dropoutRate } = attrs;
  const [batch, seq, hidden] = q.shape as [number, number, number];
  const keySeq = k.shape[1]!;
  const headDim = hidden / numHeads;
  const vec = headDim % 4 === 0 ? 'vec4<f32>' : 'f32';
  const width = headDim % 4 === 0 ? headDim / 4 : headDim;
  const drops = rng !== undefined && dropoutRate > 0;
  const masks = packMasks(device, inputs, attrs, { seq, keySeq });
  const uniforms = {
    ...{ batch: int(batch), seq: int(seq), keySeq: int(keySeq), heads: int(numHeads), kvHeads: int(numKvHeads) },
    scale: float(scale),
    ...masks.uniforms,
    ...(drops && philoxUniforms(rng, dropoutRate)),
  };
  const functions = `
    alias Head = array<${vec}, ${width}>;
    fn product(a: ${vec}, b: ${vec}) -> f32 { return ${vec === 'f32' ? 'a * b' : 'dot(a, b)'}; }
    ${exponentialWgsl}
    // not by min, which would make 0 of NaN
    fn weightOf(logarithm: f32) -> f32 { return exponential(select(logarithm, 0.0, logarithm > 0.0)); }
    ${masks.wgsl}
    ${drops ? philoxWgsl : 'fn kept(index: u32) -> f32 { return 1.0; }'}`;
  const variant = `${headDim} ${masks.variant} ${drops}`;
  const sizes = { batch, seq, keySeq, numHeads, numKvHeads };
  return { masks, width, vec, drops, base: { variant, uniforms, functions }, sizes };
}

/** Element types of buffers that hold heads. */
const heads = (call: Call, ...names: string[]) => ({
  ...Object.fromEntries(names.map((name) => [name, call.vec])),
  ...call.masks.types,
});

/** WGSL: `f` for each element `d` of a head. */
const each = ({ width }: Call, f: string) => `for (var d = 0; d < ${width}; d++) { ${f} }`;

/** WGSL: what a query is: its row, head, and where its values lie. */
const query = ({ width }: Call) => `
  let row = group * 64 + lane;
  if (row >= u.batch * u.heads * u.seq) { return; }
  let i = row % u.seq;
  let h = (row / u.seq) % u.heads;
  let b = row / (u.seq * u.heads);
  let atQ = ((b * u.seq + i) * u.heads + h) * ${width};
  let kvHead = h / (u.heads / u.kvHeads);`;

const atKey = ({ width }: Call) => `((b * u.keySeq + j) * u.kvHeads + kvHead) * ${width}`;

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
    main: `
      let key = group * 64 + lane;
      if (key >= u.batch * u.kvHeads * u.keySeq) { return; }
      let j = key % u.keySeq;
      let kvHead = (key / u.keySeq) % u.kvHeads;
      let b = key / (u.keySeq * u.kvHeads);
      let at = ${atKey(call)};
      var own: Head;
      var value: Head;
      var sumK: Head;
      var sumV: Head;
      ${each(call, `own[d] = k[at + d] * u.scale; value[d] = v[at + d]; sumK[d] = ${call.vec}(0.0); sumV[d] = ${call.vec}(0.0);`)}
      let perKey = u.heads / u.kvHeads;
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

type Kernel = Parameters<typeof fused<'AshlarAttentionGrad'>>[1];

export function registerAttention(): void {
  fused('AshlarAttention', (device, inputs, attrs) => {
    const call = prepare(device, inputs, attrs);
    const { y, logSumExp } = forward(device, call, inputs, inputs.q.shape);
    call.masks.free();
    if (attrs.residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  const gradient: Kernel = (device, inputs, attrs) => {
    const { q, k, v, dy } = inputs;
    const call = prepare(device, inputs, attrs);
    const all = { q, k, v, dy, rows: statistics(device, call, inputs) };
    const gradients: Partial<Record<'q' | 'k' | 'v', TensorInfo>> = {};
    if (attrs.wanted.includes('q')) gradients.q = gradientOfQueries(device, call, all);
    if (attrs.wanted.some((name) => name !== 'q')) {
      const { dk, dv } = gradientOfKeys(device, call, all);
      Object.assign(gradients, { k: dk, v: dv });
    }
    device.free(all.rows);
    call.masks.free();
    for (const name of ['k', 'v'] as const)
      if (gradients[name] && !attrs.wanted.includes(name)) device.free(gradients[name]);
    return attrs.wanted.map((name) => gradients[name as 'q']!);
  };
  // the gradient of a learned bias is a sum over the batch
  fused('AshlarAttentionGrad', gradient, ({ attrs }) => !attrs.wanted.includes('distanceBias'));
}
