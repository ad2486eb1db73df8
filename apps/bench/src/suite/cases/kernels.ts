import { adamW, attention, crossEntropy, gelu, layerNorm } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Case, Prepared } from '../case.js';
import { attention64, crossEntropy64, geluTanh64, layerNorm64, matMul64 } from '../float64.js';
import { compare, integers, normals, sizeOf, sumTolerance, withGradients, type Pair } from '../host.js';

const FLOAT64 = 'the definition in float64';

interface MatMul {
  a: number[];
  b: number[];
  transposeA?: boolean;
  transposeB?: boolean;
}

function matMul(name: string, { a, b, transposeA = false, transposeB = false }: MatMul): Case {
  const batch = sizeOf(a.slice(0, -2));
  const [first, second] = a.slice(-2) as [number, number];
  const [rows, inner] = transposeA ? [second, first] : [first, second];
  const columns = b.at(transposeB ? -2 : -1)!;
  const work = `matmul.f32.${name}`;
  const drawn = (operand: string, shape: number[]) => normals(`${work}/${operand}`, shape);
  return {
    work,
    group: 'kernels',
    dtype: 'f32',
    params: { a: a.join('x'), b: b.join('x'), transposeA, transposeB },
    flops: 2 * batch * rows * inner * columns,
    task: () => ({
      kind: 'product',
      a: { shape: a, values: drawn('a', a) },
      b: { shape: b, values: drawn('b', b) },
      transposeA,
      transposeB,
    }),
    prepare() {
      const [x, y] = [drawn('a', a), drawn('b', b)];
      const inputs = [tf.tensor(x, a), tf.tensor(y, b)] as const;
      const expected = new Float64Array(batch * rows * columns);
      for (let i = 0; i < batch; i++)
        expected.set(
          matMul64(x, y, { rows, inner, columns, transposeA, transposeB }, [i * rows * inner, i * inner * columns]),
          i * rows * columns,
        );
      return {
        inputs: [x, y],
        run: () => [tf.matMul(...inputs, transposeA, transposeB)],
        check: async ([c]) => compare(FLOAT64, [[await c!.data(), expected]], sumTolerance(inner)),
        dispose: () => tf.dispose([...inputs]),
      };
    },
  };
}

/** Forward and backward of an op, for a drawn gradient of its output. */
function differentiated(
  arrays: Readonly<Record<string, readonly [Float32Array, number[]]>>,
  op: (tensors: Record<string, tf.Tensor>) => tf.Tensor,
  dy: readonly [Float32Array, number[]],
  check: Prepared['check'],
  constants: Readonly<Record<string, readonly [Int32Array, number[]]>> = {},
): Prepared {
  const wanted = Object.entries(arrays).map(([name, [values, shape]]) => [name, tf.tensor(values, shape)] as const);
  const fixed = Object.entries(constants).map(
    ([name, [values, shape]]) => [name, tf.tensor(values, shape, 'int32')] as const,
  );
  const tensors = Object.fromEntries([...wanted, ...fixed]);
  const output = tf.tensor(...dy);
  return {
    inputs: [...Object.values(arrays), ...Object.values(constants), dy].map(([values]) => values),
    run: () =>
      withGradients(
        () => op(tensors),
        wanted.map(([, tensor]) => tensor),
        output,
      ),
    check,
    dispose: () => tf.dispose([...Object.values(tensors), output]),
  };
}

/** What there is to say of an op that is run forward and backward, once: `size` is a part of its name. */
const bothPasses = (
  op: string,
  size: readonly number[],
  params: Case['params'],
  cost: Pick<Case, 'flops' | 'bytes'>,
) => {
  const all = { ...params, pass: 'forward and backward' };
  return { work: `${op}.f32.${size.join('x')}`, group: 'kernels', dtype: 'f32', params: all, ...cost } as const;
};

const data = (outputs: readonly tf.Tensor[]) => Promise.all(outputs.map((output) => output.data()));

const NUM_HEADS = 4;
const WIDTH = 128;
/** Queries and keys that are checked at the end of a long row; of a short one all are. */
const CHECKED = 256;

function attentionCase(batch: number, seq: number): Case {
  // two products forward, five backward, of which the causal half counts
  const cost = { flops: 7 * batch * seq * seq * WIDTH };
  const params = { batch, seq, width: WIDTH, numHeads: NUM_HEADS };
  const facts = bothPasses('attention.causal', [batch, seq, WIDTH], params, cost);
  const { work } = facts;
  return {
    ...facts,
    prepare() {
      const shape = [batch, seq, WIDTH];
      const drawn = (name: string) => [normals(`${work}/${name}`, shape), shape] as const;
      const [q, k, v, dy] = [drawn('q'), drawn('k'), drawn('v'), drawn('dy')];
      const from = Math.max(0, seq - CHECKED);
      const expected = attention64(
        { q: q[0], k: k[0], v: v[0], dy: dy[0], seq, numHeads: NUM_HEADS, headSize: WIDTH / NUM_HEADS },
        from,
      );
      const wanted = [expected.y, expected.dq, expected.dk, expected.dv];
      return differentiated(
        { q, k, v },
        ({ q, k, v }) => attention(q!, k!, v!, { numHeads: NUM_HEADS }),
        dy,
        async (outputs) => {
          const actual = await data(outputs);
          const pairs = wanted.map((part, i): Pair => [actual[i]!.subarray(from * WIDTH, seq * WIDTH), part]);
          const which = from === 0 ? 'the first row of the batch' : `the last ${CHECKED} positions`;
          return compare(`${FLOAT64}, ${which}`, pairs, sumTolerance(seq));
        },
      );
    },
  };
}

function layerNormCase(rows: number, hidden: number): Case {
  const facts = bothPasses('layerNorm', [rows, hidden], { rows, hidden }, { bytes: 4 * 5 * rows * hidden });
  const { work } = facts;
  return {
    ...facts,
    prepare() {
      const drawn = (name: string, shape: number[]) => [normals(`${work}/${name}`, shape), shape] as const;
      const [x, dy] = [drawn('x', [rows, hidden]), drawn('dy', [rows, hidden])];
      const [weight, bias] = [drawn('weight', [hidden]), drawn('bias', [hidden])];
      const { y, dx, dWeight, dBias } = layerNorm64(x[0], weight[0], bias[0], dy[0]);
      return differentiated(
        { x, weight, bias },
        ({ x, weight, bias }) => layerNorm(x!, weight!, bias!),
        dy,
        async (outputs) => {
          const actual = await data(outputs);
          const pairs = [y, dx, dWeight, dBias].map((part, i): Pair => [actual[i]!, part]);
          return compare(FLOAT64, pairs, sumTolerance(rows));
        },
      );
    },
  };
}

function geluCase(rows: number, hidden: number): Case {
  const facts = bothPasses('gelu.tanh', [rows, hidden], { rows, hidden }, { bytes: 4 * 5 * rows * hidden });
  const { work } = facts;
  return {
    ...facts,
    prepare() {
      const shape = [rows, hidden];
      const [x, dy] = [normals(`${work}/x`, shape, 2), normals(`${work}/dy`, shape)];
      const both = Array.from(x, geluTanh64);
      const values = both.map(([value]) => value);
      const gradient = both.map(([, slope], i) => slope * dy[i]!);
      return differentiated(
        { x: [x, shape] },
        ({ x }) => gelu(x!, { approximate: 'tanh' }),
        [dy, shape],
        async (outputs) => {
          const [y, dx] = await data(outputs);
          return compare(FLOAT64, [[y!, values], [dx!, gradient]], 1e-5); // prettier-ignore
        },
      );
    },
  };
}

function crossEntropyCase(rows: number, vocab: number): Case {
  const facts = bothPasses('crossEntropy', [rows, vocab], { rows, vocab }, { bytes: 4 * 3 * rows * vocab });
  const { work } = facts;
  return {
    ...facts,
    prepare() {
      const [logits, dy] = [normals(`${work}/logits`, [rows, vocab]), normals(`${work}/dy`, [rows])];
      const targets = integers(`${work}/targets`, rows, vocab);
      const { loss, dLogits } = crossEntropy64(logits, targets, dy);
      return differentiated(
        { logits: [logits, [rows, vocab]] },
        ({ logits, targets }) => crossEntropy(logits!, targets!),
        [dy, [rows]],
        async (outputs) => {
          const [y, dx] = await data(outputs);
          return compare(FLOAT64, [[y!, loss], [dx!, dLogits]], 5e-5); // prettier-ignore
        },
        { targets: [targets, [rows]] },
      );
    },
  };
}

const betas = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, step: 3 };
const DECAY = 0.1;

function adamWCase(tensors: number, side: number): Case {
  const work = `adamW.f32.${tensors}x${side}x${side}`;
  return {
    work,
    group: 'kernels',
    dtype: 'f32',
    params: { parameters: tensors * side * side, tensors },
    // three lists are read and written, the gradients are read
    bytes: 4 * 7 * tensors * side * side,
    prepare() {
      const names = ['parameters', 'gradients', 'firstMoments', 'secondMoments'] as const;
      const host = names.map((name) => {
        const drawn = normals(`${work}/${name}`, [tensors, side, side]);
        return name === 'secondMoments' ? drawn.map(Math.abs) : drawn;
      });
      const size = side * side;
      const lists = host.map((values) =>
        Array.from({ length: tensors }, (_, i) =>
          tf.tidy(() => tf.variable(tf.tensor(values.slice(i * size, (i + 1) * size), [side, side]))),
        ),
      );
      const [parameters, gradients, firstMoments, secondMoments] = lists as [tf.Variable[], tf.Variable[], tf.Variable[], tf.Variable[]]; // prettier-ignore
      const state = { parameters, gradients, firstMoments, secondMoments, weightDecays: parameters.map(() => DECAY) };
      return {
        inputs: host,
        isStateful: true,
        run() {
          adamW(state, betas);
          return [tf.clone(parameters.at(-1)!)];
        },
        check: async () => {
          const actual = await Promise.all(parameters.map((parameter) => parameter.data()));
          const expected = adamW64(host as [Float32Array, Float32Array, Float32Array, Float32Array]);
          const pairs = actual.map((part, i): Pair => [part, expected.subarray(i * size, (i + 1) * size)]);
          return compare(FLOAT64, pairs, 1e-6);
        },
        dispose: () => tf.dispose(lists.flat()),
      };
    },
  };
}

function adamW64([p, g, m, v]: [Float32Array, Float32Array, Float32Array, Float32Array]): Float64Array {
  const { learningRate, beta1, beta2, eps, step } = betas;
  return Float64Array.from(p, (w, i) => {
    const first = (beta1 * m[i]! + (1 - beta1) * g[i]!) / (1 - beta1 ** step);
    const second = (beta2 * v[i]! + (1 - beta2) * g[i]! ** 2) / (1 - beta2 ** step);
    return w * (1 - learningRate * DECAY) - (learningRate * first) / (Math.sqrt(second) + eps);
  });
}

export const kernels: readonly Case[] = [
  matMul('512x512x512', { a: [512, 512], b: [512, 512] }),
  matMul('768x128x512', { a: [768, 128], b: [128, 512] }),
  matMul('768x128x512.nt', { a: [768, 128], b: [512, 128], transposeB: true }),
  matMul('768x512x128.nt', { a: [768, 512], b: [128, 512], transposeB: true }),
  matMul('128x768x512.tn', { a: [768, 128], b: [768, 512], transposeA: true }),
  matMul('768x128x65.nt', { a: [768, 128], b: [65, 128], transposeB: true }),
  matMul('48x64x32x64.nt', { a: [48, 64, 32], b: [48, 64, 32], transposeB: true }),
  matMul('48x64x64x32', { a: [48, 64, 64], b: [48, 64, 32] }),
  attentionCase(12, 64),
  attentionCase(4, 256),
  attentionCase(1, 1024),
  attentionCase(1, 4096),
  layerNormCase(768, 128),
  geluCase(768, 512),
  crossEntropyCase(768, 65),
  crossEntropyCase(32, 50_257),
  adamWCase(50, 128),
];
