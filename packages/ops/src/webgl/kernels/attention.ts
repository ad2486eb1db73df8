import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks, FusedKernels } from '../../contract/kernels.js';
import { float, type Device, type Matrices, type Program } from '../device.js';
import { fused } from './fused.js';
import { philoxGlsl, philoxUniforms } from './philox.js';

type Inputs = Pick<FusedKernels['AshlarAttention']['inputs'], 'q' | 'k' | 'rng'> & AttentionMasks;

/** What every program of a call shares. */
interface Call {
  batch: number;
  seq: number;
  keySeq: number;
  numHeads: number;
  numKvHeads: number;
  headDim: number;
  base: Required<Pick<Program, 'views' | 'uniforms' | 'pairs'>> & { inputs: Record<string, TensorInfo> };
  /** GLSL that all programs begin with. */
  functions: string;
}

/**
 * GLSL: `bias(h, i, j)` of a score, `visible(b, h, i, j)`, and from where (`begin`) to where (`end`) keys may be visible.
 */
function visibility(
  masks: AttentionMasks,
  { causal, window }: AttentionAttrs,
  { seq, keySeq }: { seq: number; keySeq: number },
): string {
  const near = [
    ...(causal ? ['j <= p'] : []),
    ...(window !== null ? [`j > p - ${window}`] : []),
    ...(window !== null && !causal ? [`j < p + ${window}`] : []),
  ];
  const prefix = near.length > 0 && masks.prefixLengths ? 'integer(prefixLengths1(0, 0, b))' : undefined;
  const conditions = [
    ...(masks.keyMask ? ['keyMask1(0, b, j) != 0.0'] : []),
    ...(masks.segments ? ['segments1(0, b, i) == segments1(0, b, j)'] : []),
    ...(masks.distanceBias ? ['bias(h, i, j) > -1e15'] : []),
    ...(near.length > 0 ? [`((${near.join(' && ')})${prefix ? ` || j < ${prefix}` : ''})`] : []),
  ];
  const offset = masks.queryOffset ? 'integer(queryOffset1(0, 0, 0))' : String(keySeq - seq);
  const behind = causal ? 'p + 1' : window !== null ? `p + ${window}` : String(keySeq);
  return `
    int positionOf(int i) { return i + ${offset}; }
    float bias(int h, int i, int j) {
      return ${masks.distanceBias ? `distanceBias1(0, h, j - i + ${seq - 1})` : '0.0'};
    }
    bool visible(int b, int h, int i, int j) {
      int p = positionOf(i);
      return ${conditions.join(' && ') || 'true'};
    }
    int begin(int b, int i) {
      int p = positionOf(i);
      return ${window !== null && !prefix ? `max(0, p - ${window - 1})` : '0'};
    }
    int end(int b, int i) {
      int p = positionOf(i);
      return min(${keySeq}, ${prefix ? `max(${behind}, ${prefix})` : behind});
    }`;
}

function prepare(inputs: Inputs, attrs: AttentionAttrs & { dropoutRate: number }): Call {
  const { q, k, rng, keyMask, segments, queryOffset, prefixLengths, distanceBias } = inputs;
  const { numHeads, numKvHeads, causal, window, scale, dropoutRate } = attrs;
  const [batch, seq, hidden] = q.shape as [number, number, number];
  const [keySeq, headDim] = [k.shape[1]!, hidden / numHeads];
  const pairs = headDim % 2 === 0;
  const limited = causal || window !== null;
  const masks: AttentionMasks = {
    ...(keyMask && { keyMask }),
    ...(segments && { segments }),
    ...(limited && queryOffset && { queryOffset }),
    ...(limited && prefixLengths && { prefixLengths }),
    ...(distanceBias && { distanceBias }),
  };
  const drops = rng !== undefined && dropoutRate > 0;
  const step = pairs ? 2 : 1;
  return {
    ...{ batch, seq, keySeq, numHeads, numKvHeads, headDim },
    base: {
      inputs: masks as Record<string, TensorInfo>,
      views: {},
      uniforms: { scale: float(scale), ...(drops && philoxUniforms(rng, dropoutRate)) },
      pairs,
    },
    functions: `
      ${visibility(masks, attrs, { seq, keySeq })}
      int kvHead(int h) { return h / ${numHeads / numKvHeads}; }
      ${drops ? philoxGlsl : 'float kept(uint index) { return 1.0; }'}
      float keptAt(int b, int h, int i, int j) {
        return kept(uint((b * ${numHeads} + h) * ${seq} + i) * ${keySeq}u + uint(j));
      }
      float score(int b, int h, int i, int j) {
        float sum = 0.0;
        for (int d = 0; d < ${headDim}; d += ${step})
          sum += dot(q_(b, i, h * ${headDim} + d), k_(b, j, kvHead(h) * ${headDim} + d));
        return sum * scale + bias(h, i, j);
      }`,
  };
}

/** GLSL: the weight before dropout, from the logSumExp that is there already. */
const weight = `
  float weight(int b, int h, int i, int j) {
    float log_ = score(b, h, i, j) - logSumExp1(b, h, i);
    return exponential(log_ > 0.0 ? 0.0 : log_); // min would make 0 of NaN
  }`;

/** GLSL: the gradient of a score over the scale. */
const scoreGradient = ({ headDim, base }: Call) => `
  float dScore(int b, int h, int i, int j) {
    float sum = 0.0;
    for (int d = 0; d < ${headDim}; d += ${base.pairs ? 2 : 1})
      sum += dot(dy_(b, i, h * ${headDim} + d), v_(b, j, kvHead(h) * ${headDim} + d));
    return weight(b, h, i, j) * (sum * keptAt(b, h, i, j) - total1(b, h, i));
  }`;

/** `[batch, numHeads, seq]` of a value per query and head; these are not pairs of columns. */
function perQuery(device: Device, call: Call, inputs: Record<string, TensorInfo>, functions: string): TensorInfo {
  const shape: Matrices = [call.batch, call.numHeads, call.seq];
  const value = call.base.pairs
    ? `lane value(int b, int h, int i) { return vec2(one(b, h, i), i + 1 < ${call.seq} ? one(b, h, i + 1) : 0.0); }`
    : 'float value(int b, int h, int i) { return one(b, h, i); }';
  return device.run({ ...call.base, inputs, shape, functions: `${call.functions} ${functions} ${value}` });
}

/** One walk over the keys with a running maximum. A row that sees nothing gives 0. */
const logSumExpOf = (device: Device, call: Call, { q, k }: { q: TensorInfo; k: TensorInfo }) =>
  perQuery(
    device,
    call,
    { q, k, ...call.base.inputs },
    `float one(int b, int h, int i) {
       float highest = -3e38;
       float weights = 0.0;
       int stop = end(b, i);
       for (int j = begin(b, i); j < stop; j++) {
         if (!visible(b, h, i, j)) continue;
         float s = score(b, h, i, j);
         if (s > highest) {
           weights *= exp(highest - s);
           highest = s;
         }
         weights += exponential(s - highest);
       }
       return weights == 0.0 ? 0.0 : highest + logarithm(weights);
     }`,
  );

function forward(device: Device, call: Call, inputs: Record<'q' | 'k' | 'v' | 'logSumExp', TensorInfo>): TensorInfo {
  const { batch, seq, numHeads, headDim } = call;
  return device.run({
    ...call.base,
    inputs: { ...inputs, ...call.base.inputs },
    shape: [batch, seq, numHeads * headDim],
    functions: `${call.functions} ${weight}
      lane value(int b, int i, int c) {
        int h = c / ${headDim};
        int at = kvHead(h) * ${headDim} + c - h * ${headDim};
        lane sum = lane(0.0);
        int stop = end(b, i);
        for (int j = begin(b, i); j < stop; j++)
          if (visible(b, h, i, j)) sum += weight(b, h, i, j) * keptAt(b, h, i, j) * v_(b, j, at);
        return sum;
      }`,
  });
}

type Saved = Record<'q' | 'k' | 'v' | 'dy' | 'logSumExp' | 'total', TensorInfo>;

/** dy . y of each query and head: what the gradients of its scores subtract. */
const totalOf = (device: Device, call: Call, { dy, y, q, k }: Record<'dy' | 'y' | 'q' | 'k', TensorInfo>) =>
  perQuery(
    device,
    call,
    { dy, y, q, k, ...call.base.inputs },
    `float one(int b, int h, int i) {
       float sum = 0.0;
       for (int d = 0; d < ${call.headDim}; d += ${call.base.pairs ? 2 : 1})
         sum += dot(dy_(b, i, h * ${call.headDim} + d), y_(b, i, h * ${call.headDim} + d));
       return sum;
     }`,
  );

function gradientOfQueries(device: Device, call: Call, saved: Saved): TensorInfo {
  const { batch, seq, numHeads, headDim } = call;
  return device.run({
    ...call.base,
    inputs: { ...saved, ...call.base.inputs },
    shape: [batch, seq, numHeads * headDim],
    functions: `${call.functions} ${weight} ${scoreGradient(call)}
      lane value(int b, int i, int c) {
        int h = c / ${headDim};
        int at = kvHead(h) * ${headDim} + c - h * ${headDim};
        lane sum = lane(0.0);
        int stop = end(b, i);
        for (int j = begin(b, i); j < stop; j++) if (visible(b, h, i, j)) sum += dScore(b, h, i, j) * k_(b, j, at);
        return sum * scale;
      }`,
  });
}

/** `term` is GLSL in `b`, `h`, `i`, `j` and `at`, the column of the query that belongs to `c`. */
function gradientOfKeys(
  device: Device,
  call: Call,
  saved: Partial<Saved>,
  { functions, term }: { functions: string; term: string },
): TensorInfo {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim } = call;
  const group = numHeads / numKvHeads;
  return device.run({
    ...call.base,
    inputs: { ...saved, ...call.base.inputs },
    shape: [batch, keySeq, numKvHeads * headDim],
    functions: `${call.functions} ${weight} ${functions}
      lane value(int b, int j, int c) {
        int own = c / ${headDim};
        lane sum = lane(0.0);
        for (int h = own * ${group}; h < (own + 1) * ${group}; h++) {
          int at = h * ${headDim} + c - own * ${headDim};
          for (int i = 0; i < ${seq}; i++) if (visible(b, h, i, j)) sum += ${term};
        }
        return sum;
      }`,
  });
}

type Kernel = Parameters<typeof fused<'AshlarAttentionGrad'>>[1];

export function registerAttention(): void {
  fused('AshlarAttention', (device, inputs, attrs) => {
    const { q, k, v } = inputs;
    const call = prepare(inputs, attrs);
    const logSumExp = logSumExpOf(device, call, { q, k });
    const y = forward(device, call, { q, k, v, logSumExp });
    if (attrs.residuals) return [y, logSumExp];
    device.free(logSumExp);
    return [y];
  });

  const gradient: Kernel = (device, inputs, attrs) => {
    const { q, k, v, y, dy, logSumExp } = inputs;
    const call = prepare(inputs, attrs);
    const total = totalOf(device, call, { dy, y, q, k });
    const saved = { q, k, v, dy, logSumExp, total };
    const gradients = {
      q: () => gradientOfQueries(device, call, saved),
      k: () =>
        gradientOfKeys(device, call, saved, {
          functions: scoreGradient(call),
          term: 'scale * dScore(b, h, i, j) * q_(b, i, at)',
        }),
      v: () =>
        gradientOfKeys(device, call, { q, k, dy, logSumExp }, {
          functions: '',
          term: 'weight(b, h, i, j) * keptAt(b, h, i, j) * dy_(b, i, at)',
        }), // prettier-ignore
    };
    const outputs = attrs.wanted.map((name) => gradients[name as 'q']());
    device.free(total);
    return outputs;
  };
  // the gradient of a learned bias is a sum over the batch
  fused('AshlarAttentionGrad', gradient, ({ attrs }) => !attrs.wanted.includes('distanceBias'));
}
