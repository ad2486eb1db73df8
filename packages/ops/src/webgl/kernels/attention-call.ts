import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks, FusedKernels } from '../../contract/kernels.js';
import { attentionShape, type AttentionShape } from '../../ops/attention-scores.js';
import { float, int, type Device, type Matrices, type Program } from '../device.js';
import { philoxGlsl, philoxUniforms } from './philox.js';

type Inputs = Pick<FusedKernels['AshlarAttention']['inputs'], 'q' | 'k' | 'rng'> & AttentionMasks;

/** What every program of a call shares. */
export interface Call {
  shape: AttentionShape;
  base: Required<Pick<Program, 'views' | 'uniforms' | 'pairs'>> & { inputs: Record<string, TensorInfo> };
  /** GLSL that all programs begin with. */
  functions: string;
}

/**
 * GLSL: `bias(h, i, j)` of a score, `visible(b, h, i, j)`, and from where (`begin`) to where (`end`) keys may be visible.
 */
function visibility(masks: AttentionMasks, { causal, window }: AttentionAttrs): string {
  const near = [
    ...(causal ? ['j <= p'] : []),
    ...(window !== null ? ['j > p - reach'] : []),
    ...(window !== null && !causal ? ['j < p + reach'] : []),
  ];
  const prefix = near.length > 0 && masks.prefixLengths ? 'integer(prefixLengths1(0, 0, b))' : undefined;
  const conditions = [
    ...(masks.keyMask ? ['keyMask1(0, b, j) != 0.0'] : []),
    ...(masks.segments ? ['segments1(0, b, i) == segments1(0, b, j)'] : []),
    ...(masks.distanceBias ? ['bias(h, i, j) > -1e15'] : []),
    ...(near.length > 0 ? [`((${near.join(' && ')})${prefix ? ` || j < ${prefix}` : ''})`] : []),
  ];
  const offset = masks.queryOffset ? 'integer(queryOffset1(0, 0, 0))' : 'keySeq - seq';
  const behind = causal ? 'p + 1' : window !== null ? 'p + reach' : 'keySeq';
  return `
    int positionOf(int i) { return i + ${offset}; }
    float bias(int h, int i, int j) {
      return ${masks.distanceBias ? 'distanceBias1(0, h, j - i + seq - 1)' : '0.0'};
    }
    bool visible(int b, int h, int i, int j) {
      int p = positionOf(i);
      return ${conditions.join(' && ') || 'true'};
    }
    int begin(int b, int i) {
      int p = positionOf(i);
      return ${window !== null && !prefix ? 'max(0, p - reach + 1)' : '0'};
    }
    int end(int b, int i) {
      int p = positionOf(i);
      return min(keySeq, ${prefix ? `max(${behind}, ${prefix})` : behind});
    }`;
}

export function prepare(inputs: Inputs, attrs: AttentionAttrs & { dropoutRate: number }): Call {
  const { q, k, rng, keyMask, segments, queryOffset, prefixLengths, distanceBias } = inputs;
  const { causal, window, scale, dropoutRate } = attrs;
  const shape = attentionShape(q, k, attrs);
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim } = shape;
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
  return {
    shape,
    base: {
      inputs: masks as Record<string, TensorInfo>,
      views: {},
      uniforms: {
        ...{ batches: int(batch), seq: int(seq), keySeq: int(keySeq), headDim: int(headDim) },
        ...{ heads: int(numHeads), perKey: int(numHeads / numKvHeads) },
        ...{ reach: int(window ?? 0), scale: float(scale) },
        ...(drops && philoxUniforms(rng, dropoutRate)),
      },
      pairs,
    },
    functions: `
      ${visibility(masks, attrs)}
      int kvHead(int h) { return h / perKey; }
      ${drops ? philoxGlsl : 'float kept(uint index) { return 1.0; }'}
      float keptAt(int b, int h, int i, int j) {
        return kept(uint((b * heads + h) * seq + i) * uint(keySeq) + uint(j));
      }`,
  };
}

const step = ({ base }: Call) => (base.pairs ? 2 : 1);

/** GLSL: a sum over the elements of a head of `term`, of element `d`. */
export const overHead = (call: Call, term: string) => `
  float sum = 0.0;
  for (int d = 0; d < headDim; d += ${step(call)}) sum += ${term};`;

/** GLSL: `score(b, h, i, j)`, scaled and biased. */
export const score = (call: Call) => `
  float score(int b, int h, int i, int j) {
    ${overHead(call, 'dot(q_(b, i, h * headDim + d), k_(b, j, kvHead(h) * headDim + d))')}
    return sum * scale + bias(h, i, j);
  }`;

/** GLSL: the weight before dropout, from the logSumExp that is there already. */
export const weight = (call: Call) => `${score(call)}
  float weight(int b, int h, int i, int j) {
    float log_ = score(b, h, i, j) - logSumExp1(b, h, i);
    return exponential(log_ > 0.0 ? 0.0 : log_); // min would make 0 of NaN
  }`;

type Own = Pick<Program, 'inputs' | 'functions'> & Pick<Partial<Program>, 'views' | 'as'>;

const run = (device: Device, call: Call, shape: Matrices, { inputs, views, functions, as }: Own) =>
  device.run({
    ...call.base,
    inputs: { ...inputs, ...call.base.inputs },
    shape,
    ...(views && { views }),
    ...(as && { as }),
    functions: `${call.functions} ${functions}`,
  });

/** A value for each element, `one(b, r, c)` in GLSL: these are not pairs of columns. */
export function oneByOne(device: Device, call: Call, shape: Matrices, own: Own): TensorInfo {
  const value = call.base.pairs
    ? 'lane value(int b, int r, int c) { return vec2(one(b, r, c), c + 1 < outShape.z ? one(b, r, c + 1) : 0.0); }'
    : 'float value(int b, int r, int c) { return one(b, r, c); }';
  return run(device, call, shape, { ...own, functions: `${own.functions} ${value}` });
}

/** `[batch, numHeads, seq]`: one walk over the keys with a running maximum. A row that sees nothing gives 0. */
export const logSumExpOf = (device: Device, call: Call, inputs: { q: TensorInfo; k: TensorInfo }) =>
  oneByOne(device, call, [call.shape.batch, call.shape.numHeads, call.shape.seq], {
    inputs,
    functions: `${score(call)}
      float one(int b, int h, int i) {
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
  });

/** Sums over the keys of `term`, GLSL in `b`, `h`, `i`, `j` and `at`, the column of the key that belongs to that of the query. */
export function perQuery(device: Device, call: Call, own: Own, term: string): TensorInfo {
  const { batch, seq, numHeads, headDim } = call.shape;
  return run(device, call, [batch, seq, numHeads * headDim], {
    ...own,
    functions: `${own.functions}
      lane value(int b, int i, int c) {
        int h = c / headDim;
        int at = kvHead(h) * headDim + c - h * headDim;
        lane sum = lane(0.0);
        int stop = end(b, i);
        for (int j = begin(b, i); j < stop; j++) if (visible(b, h, i, j)) sum += ${term};
        return sum;
      }`,
  });
}

/** The same over the queries that read a key, where `at` is the column of the query. */
export function perKey(device: Device, call: Call, own: Own, term: string): TensorInfo {
  const { batch, keySeq, numKvHeads, headDim } = call.shape;
  return run(device, call, [batch, keySeq, numKvHeads * headDim], {
    ...own,
    functions: `${own.functions}
      lane value(int b, int j, int c) {
        int own = c / headDim;
        lane sum = lane(0.0);
        for (int h = own * perKey; h < (own + 1) * perKey; h++) {
          int at = h * headDim + c - own * headDim;
          for (int i = 0; i < seq; i++) if (visible(b, h, i, j)) sum += ${term};
        }
        return sum;
      }`,
  });
}

/** The gradients that follow from those of the scores over the scale, `dScore(b, h, i, j)` in GLSL. */
export const fromScores = (device: Device, call: Call, own: Own, { q, k }: { q: TensorInfo; k: TensorInfo }) => ({
  q: () =>
    perQuery(device, call, { ...own, inputs: { ...own.inputs, k } }, 'scale * dScore(b, h, i, j) * k_(b, j, at)'),
  k: () => perKey(device, call, { ...own, inputs: { ...own.inputs, q } }, 'scale * dScore(b, h, i, j) * q_(b, i, at)'),
  /** Sums along diagonals. */
  distanceBias() {
    const { seq, keySeq, numHeads } = call.shape;
    return oneByOne(device, call, [1, numHeads, seq + keySeq - 1], {
      ...own,
      as: [numHeads, seq + keySeq - 1],
      functions: `${own.functions}
        float one(int o, int h, int diagonal) {
          int shift = diagonal - seq + 1; // j - i
          int stop = min(seq, keySeq - shift);
          float sum = 0.0;
          for (int b = 0; b < batches; b++)
            for (int i = max(0, -shift); i < stop; i++)
              if (visible(b, h, i, i + shift)) sum += dScore(b, h, i, i + shift);
          return sum;
        }`,
    });
  },
});
