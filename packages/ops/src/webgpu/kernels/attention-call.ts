import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks, FusedKernels } from '../../contract/kernels.js';
import { float, int, type Device, type Program } from '../device.js';
import { packMasks, type PackedMasks } from './attention-masks.js';
import { exponentialWgsl } from './exponential.js';
import { philoxUniforms, philoxWgsl } from './philox.js';

type Inputs = Pick<FusedKernels['AshlarAttention']['inputs'], 'q' | 'k' | 'rng'> & AttentionMasks;

/** What every program of a call shares. */
export interface Call {
  masks: PackedMasks;
  /** Elements of a head, four at a time where its width allows. */
  width: number;
  vec: string;
  drops: boolean;
  base: Pick<Program, 'variant' | 'uniforms' | 'functions'>;
  sizes: { batch: number; seq: number; keySeq: number; numHeads: number; numKvHeads: number };
}

export function prepare(device: Device, inputs: Inputs, attrs: AttentionAttrs & { dropoutRate: number }): Call {
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
export const heads = (call: Call, ...names: string[]) => ({
  ...Object.fromEntries(names.map((name) => [name, call.vec])),
  ...call.masks.types,
});

/** WGSL: `f` for each element `d` of a head. */
export const each = ({ width }: Call, f: string) => `for (var d = 0; d < ${width}; d++) { ${f} }`;

/** WGSL: what a query is: its row, head, and where its values lie. */
export const query = ({ width }: Call) => `
  let row = group * 64 + lane;
  if (row >= u.batch * u.heads * u.seq) { return; }
  let i = row % u.seq;
  let h = (row / u.seq) % u.heads;
  let b = row / (u.seq * u.heads);
  let atQ = ((b * u.seq + i) * u.heads + h) * ${width};
  let kvHead = h / (u.heads / u.kvHeads);`;

export const atKey = ({ width }: Call) => `((b * u.keySeq + j) * u.kvHeads + kvHead) * ${width}`;

/** WGSL: what a key is, as `query` says what a query is; its values lie at `at`. */
export const key = (call: Call) => `
  let place = group * 64 + lane;
  if (place >= u.batch * u.kvHeads * u.keySeq) { return; }
  let j = place % u.keySeq;
  let kvHead = (place / u.keySeq) % u.kvHeads;
  let b = place / (u.keySeq * u.kvHeads);
  let at = ${atKey(call)};
  let perKey = u.heads / u.kvHeads;`;

/**
 * Sums of the gradients of scores along diagonals, `[numHeads, seq + keySeq - 1]`: one invocation a diagonal.
 *
 * @param dScore WGSL of the gradient of query `i` and key `j` in row `row` of scores, added to `sum`
 */
export function gradientOfBias(
  device: Device,
  call: Call,
  program: Pick<Program, 'name' | 'inputs' | 'types'>,
  dScore: string,
): TensorInfo {
  const { seq, keySeq, numHeads } = call.sizes;
  const diagonals = seq + keySeq - 1;
  const dBias = device.output([numHeads, diagonals]);
  device.run({
    ...call.base,
    ...program,
    outputs: { dBias },
    groups: Math.ceil((numHeads * diagonals) / 64),
    main: `
      let place = group * 64 + lane;
      let diagonals = u.seq + u.keySeq - 1;
      if (place >= u.heads * diagonals) { return; }
      let h = place / diagonals;
      let kvHead = h / (u.heads / u.kvHeads);
      let shift = place % diagonals - (u.seq - 1); // j - i
      var sum = 0.0;
      for (var b = 0; b < u.batch; b++) {
        for (var i = max(0, -shift); i < min(u.seq, u.keySeq - shift); i++) {
          let j = i + shift;
          let row = (b * u.heads + h) * u.seq + i;
          ${dScore}
        }
      }
      dBias[place] = sum;`,
  });
  return dBias;
}
