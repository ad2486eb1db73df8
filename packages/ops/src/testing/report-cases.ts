import * as tf from '@tensorflow/tfjs-core';
import * as ops from '../index.js';
import { indices, normal, upload } from './host.js';

/** One call of an op at the size of a small training step. */
export interface ReportCase {
  op: string;
  make(): Record<string, tf.Tensor>;
  run(x: Record<string, tf.Tensor>): tf.TensorContainer;
  /** Inputs to differentiate by, where `run` gives one tensor or, with several, its last one counts. */
  gradients?: string[];
}

const [batch, seq, hidden, inner, vocab, numHeads] = [4, 64, 128, 512, 1024, 4];
const float = (name: string, ...shape: number[]) => upload(normal(`report ${name}`, shape));
const token = (max: number, ...shape: number[]) => upload(indices('report', shape, max));
const states = () => float('x', batch, seq, hidden);
const projections = () => ({ q: states(), k: states(), v: states() });
const weight = () => ({ weight: float('weight', hidden) });
const head = () => ({ x: states(), weight: float('head', vocab, hidden), targets: token(vocab, batch, seq) });
const scores = () => ({ logits: float('logits', batch, seq, vocab), targets: token(vocab, batch, seq) });
const rng = () => new ops.DropoutRng({ seed: 1, step: 1 });

const quantized = (scheme: 'int8' | 'nf4') => {
  const shape = [inner, hidden] as const;
  const blockSize = scheme === 'int8' ? hidden : 64;
  const bytes = (inner * hidden) / (scheme === 'int8' ? 1 : 2);
  return {
    op: `quantizedLinear, ${scheme}`,
    make: () => ({
      x: states(),
      codes: upload({ ...indices('report', [3 * Math.ceil(bytes / 3)], 255), dtype: 'bool' }),
      scales: float('scales', (inner * hidden) / blockSize),
    }),
    run: (x: Record<string, tf.Tensor>) =>
      ops.quantizedLinear(x.x!, {
        scheme,
        shape,
        blockSize,
        codes: x.codes!,
        scales: x.scales!,
      } as ops.QuantizedMatrix),
    gradients: ['x'],
  };
};

export const reportCases: ReportCase[] = [
  ...(['none', 'gelu_new'] as const).map((activation) => ({
    op: `linear, activation ${activation}`,
    make: () => ({ x: states(), weight: float('weight', inner, hidden), bias: float('bias', inner) }),
    run: (x: Record<string, tf.Tensor>) => ops.linear(x.x!, x.weight!, x.bias, { activation }),
    gradients: ['x', 'weight', 'bias'],
  })),
  quantized('int8'),
  quantized('nf4'),
  {
    op: 'layerNorm',
    make: () => ({ x: states(), ...weight(), bias: float('bias', hidden) }),
    run: (x) => ops.layerNorm(x.x!, x.weight!, x.bias),
    gradients: ['x', 'weight', 'bias'],
  },
  {
    op: 'addLayerNorm',
    make: () => ({ x: states(), residual: states(), ...weight(), bias: float('bias', hidden) }),
    run: (x) => ops.addLayerNorm(x.x!, x.residual!, x.weight!, x.bias),
    gradients: ['x', 'residual', 'weight', 'bias'],
  },
  {
    op: 'rmsNorm',
    make: () => ({ x: states(), ...weight() }),
    run: (x) => ops.rmsNorm(x.x!, x.weight!),
    gradients: ['x', 'weight'],
  },
  {
    op: 'addRmsNorm',
    make: () => ({ x: states(), residual: states(), ...weight() }),
    run: (x) => ops.addRmsNorm(x.x!, x.residual!, x.weight!),
    gradients: ['x', 'residual', 'weight'],
  },
  {
    op: 'gelu',
    make: () => ({ x: float('x', batch, seq, inner) }),
    run: (x) => ops.gelu(x.x!),
    gradients: ['x'],
  },
  {
    op: 'swiglu',
    make: () => ({ gate: float('gate', batch, seq, inner), up: float('up', batch, seq, inner) }),
    run: (x) => ops.swiglu(x.gate!, x.up!),
    gradients: ['gate', 'up'],
  },
  {
    op: 'swiglu, packed',
    make: () => ({ gate: float('gate', batch, seq, 2 * inner) }),
    run: (x) => ops.swiglu(x.gate!),
    gradients: ['gate'],
  },
  ...[false, true].map((interleaved) => ({
    op: interleaved ? 'rotary, interleaved' : 'rotary',
    make: () => ({ x: states(), ...ops.rotaryTables({ maxPositions: seq, rotaryDim: hidden / numHeads }) }),
    run: (x: Record<string, tf.Tensor>) => ops.rotary(x.x!, { cos: x.cos!, sin: x.sin! }, { numHeads, interleaved }),
    gradients: ['x'],
  })),
  {
    op: 'embedding',
    make: () => ({ ids: token(vocab, batch, seq), weight: float('table', vocab, hidden) }),
    run: (x) => ops.embedding(x.ids!, x.weight!),
    gradients: ['weight'],
  },
  {
    op: 'attention',
    make: projections,
    run: (x) => ops.attention(x.q!, x.k!, x.v!, { numHeads }),
    gradients: ['q', 'k', 'v'],
  },
  {
    op: 'attention, dropout',
    make: projections,
    run: (x) => ops.attention(x.q!, x.k!, x.v!, { numHeads, dropout: { rate: 0.1, rng: rng() } }),
    gradients: ['q', 'k', 'v'],
  },
  {
    op: 'attentionWeights',
    make: projections,
    run: (x) => ops.attentionWeights(x.q!, x.k!, { numHeads }),
    gradients: ['q', 'k'],
  },
  {
    op: 'crossEntropy',
    make: scores,
    run: (x) => ops.crossEntropy(x.logits!, x.targets!),
    gradients: ['logits'],
  },
  {
    op: 'crossEntropy, smoothed, with zLoss',
    make: scores,
    run: (x) => ops.crossEntropy(x.logits!, x.targets!, { labelSmoothing: 0.1, zLoss: 1e-4 }),
    gradients: ['logits'],
  },
  {
    op: 'tokenLogProbs',
    make: scores,
    run: (x) => ops.tokenLogProbs(x.logits!, x.targets!, { temperature: 0.7 }),
    gradients: ['logits'],
  },
  ...[undefined, 64].map((chunkSize) => ({
    op: chunkSize === undefined ? 'linearCrossEntropy' : `linearCrossEntropy, chunks of ${chunkSize}`,
    make: head,
    run: (x: Record<string, tf.Tensor>) =>
      ops.linearCrossEntropy(x.x!, x.weight!, x.targets!, chunkSize === undefined ? {} : { chunkSize }),
    gradients: ['x', 'weight'],
  })),
  {
    op: 'dropout',
    make: () => ({ x: states() }),
    run: (x) => ops.dropout(x.x!, 0.1, rng()),
    gradients: ['x'],
  },
  {
    op: 'sampleTokens, topK 50, topP 0.9',
    make: () => ({ logits: float('logits', batch, vocab) }),
    run: (x) =>
      ops.sampleTokens(x.logits!, {
        topK: 50,
        topP: 0.9,
        streams: Array.from({ length: batch }, (_, row) => new ops.RandomStream(1, `row ${row}`)),
      }),
  },
  {
    op: 'cacheAppend',
    make: () => ({ cache: states(), row: float('row', batch, 1, hidden), position: upload({ dtype: 'int32', shape: [], values: Float64Array.of(7) }) }), // prettier-ignore
    run: (x) => ops.cacheAppend(x.cache!, x.row!, x.position!),
  },
  {
    op: 'cachedAttention',
    make: () => ({ qkv: float('qkv', batch, 1, 3 * hidden), keys: states(), values: states(), position: upload({ dtype: 'int32', shape: [], values: Float64Array.of(7) }) }), // prettier-ignore
    run: (x) => ops.cachedAttention(x.qkv!, x.keys!, x.values!, x.position!, { numHeads }),
  },
  {
    op: 'decoderBlock',
    make: () => ({
      ...{
        x: float('x', batch, 1, hidden),
        branch: float('branch', batch, 1, hidden),
        keys: states(),
        values: states(),
      },
      ...{ norm: float('norm', hidden), qkv: float('qkv', 3 * hidden, hidden), proj: float('proj', hidden, hidden) },
      ...{ fc: float('fc', inner, hidden), out: float('out', hidden, inner) },
      position: upload({ dtype: 'int32', shape: [], values: Float64Array.of(7) }),
    }),
    run(x) {
      const part = (name: string) => ({ weight: x[name]!, bias: null });
      const [norm, cache] = [part('norm'), { keys: x.keys!, values: x.values!, position: x.position! }];
      const parts = {
        norm1: norm,
        qkv: part('qkv'),
        proj: part('proj'),
        norm2: norm,
        fc: part('fc'),
        out: part('out'),
      };
      return ops.decoderBlock(x.x!, x.branch!, parts, cache, { numHeads });
    },
  },
  {
    op: 'adamW, 3 tensors',
    make: () => Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, tf.variable(float(`state ${i % 3}`, hidden, hidden))])), // prettier-ignore
    run(x) {
      const state = Object.values(x) as tf.Variable[];
      const [parameters, gradients, firstMoments, secondMoments] = [0, 3, 6, 9].map((at) => state.slice(at, at + 3));
      ops.adamW(
        { parameters: parameters!, gradients: gradients!, firstMoments: firstMoments!, secondMoments: secondMoments!, weightDecays: [0, 0, 0] }, // prettier-ignore
        { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, step: 1 },
      );
      return [];
    },
  },
  {
    op: 'globalNorm, 3 tensors',
    make: () => ({ a: states(), b: states(), c: states() }),
    run: (x) => ops.globalNorm(Object.values(x)),
  },
];
