import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  adamW,
  addLayerNorm,
  addRmsNorm,
  attention,
  crossEntropy,
  dropout,
  DropoutRng,
  embedding,
  gelu,
  globalNorm,
  layerNorm,
  linear,
  quantizedLinear,
  registerGradients,
  rmsNorm,
  rotary,
  rotaryTables,
  swiglu,
  useBackend,
  type QuantizedMatrix,
} from '../src/index.js';
import { indices, ints, normal, upload, type Host } from '../src/testing/host.js';
import { Device } from '../src/wasm/device.js';
import { largestDifference } from '../src/wasm/fuzz/kernel-test-memory.js';
import { wasm } from '../src/wasm/index.js';
import { sharingAll } from './threads.js';

let device: Device;
const random = (name: string, ...shape: number[]) => upload(normal(name, shape));

/** The bytes of what `f` returns, computed by `threads` threads. */
async function bytesOf(threads: number, f: () => tf.Tensor[], spin = 0): Promise<Buffer[]> {
  await device.crew.resize(threads, spin);
  return tf.tidy(() => f().map((tensor) => Buffer.from(tensor.dataSync().slice().buffer)));
}

/** Compares quickly and says where. */
function expectSame(actual: Buffer[], expected: Buffer[]): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  actual.forEach((bytes, i) => expect(bytes.equals(expected[i]!), `output ${i}`).toBe(true));
}

describe.skipIf(availableParallelism() < 2)('threads', () => {
  beforeAll(async () => {
    await useBackend(sharingAll({ threads: 2 }));
    registerGradients();
    device = Device.of(tf.backend());
  });

  test('products of any shape are the bytes of one thread', async () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 60, max: 300 }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 3, 7),
        fc.tuple(side, side, side),
        fc.boolean(),
        fc.boolean(),
        async (batch, [m, n, k], transposeA, transposeB) => {
          const a = random('a', batch, ...(transposeA ? [k, m] : [m, k]));
          const b = random('b', batch, ...(transposeB ? [n, k] : [k, n]));
          const product = () => [tf.matMul(a, b, transposeA, transposeB)];
          expectSame(await bytesOf(2, product), await bytesOf(1, product));
          tf.dispose([a, b]);
        },
      ),
      { numRuns: 60 },
    );
  });

  const [q, k, v] = [normal('q', [3, 70, 48]), normal('k', [3, 70, 24]), normal('v', [3, 70, 24])];
  const [x, weight, bias] = [normal('x', [7, 19, 37]), normal('weight', [50, 37]), normal('bias', [50])];
  const [gain, shift] = [normal('gain', [37]), normal('shift', [37])];
  const [wide, wideGain, wideShift] = [normal('wide', [701, 307]), normal('gain', [307]), normal('shift', [307])];
  const [ids, targets] = [indices('ids', [7, 19], 50), indices('targets', [7, 19], 37)];
  const [large, small] = [normal('large', [301, 307]), normal('small', [5])];
  const packed = ints(
    [3, 70],
    Array.from({ length: 210 }, (_, i) => Math.floor((i % 70) / 9)),
  );
  const rng = () => new DropoutRng({ seed: 7, step: 3 });

  /** What `f` gives, and its gradients, for fresh tensors of these values. */
  const withGradients = (f: (...xs: tf.Tensor[]) => tf.Tensor, hosts: Host[]) => () => {
    const xs = hosts.map(upload);
    return [f(...xs), ...tf.grads(f)(xs)];
  };

  // operations whose every value is made by one thread
  const exact: Record<string, () => tf.Tensor[]> = {
    'linear with gelu': withGradients((x, w, b) => linear(x!, w!, b, { activation: 'gelu' }), [x, weight, bias]),
    'attention of grouped heads, causal, with dropout': withGradients(
      (q, k, v) =>
        attention(q!, k!, v!, { numHeads: 4, numKvHeads: 2, causal: true, dropout: { rate: 0.3, rng: rng() } }),
      [q, k, v],
    ),
    'attention of packed texts': withGradients(
      (q, k, v) =>
        attention(q!, k!, v!, { numHeads: 4, numKvHeads: 2, causal: true, segments: upload(packed) as tf.Tensor2D }),
      [q, k, v],
    ),
    'attention of heads of 5': withGradients(
      (q, k, v) => attention(q!, k!, v!, { numHeads: 3 }),
      [normal('q5', [2, 9, 15]), normal('k5', [2, 11, 15]), normal('v5', [2, 11, 15])],
    ),
    'attention of one query': () => [
      attention(upload(normal('one', [3, 1, 48])), upload(k), upload(v), { numHeads: 4, numKvHeads: 2 }),
    ],
    'layer norm': () => [layerNorm(upload(x), upload(gain), upload(shift))],
    'rms norm': () => [rmsNorm(upload(x), upload(gain))],
    embedding: withGradients((w) => embedding(upload(ids), w!), [weight]),
    'cross entropy': withGradients((x) => crossEntropy(x!, upload(targets)), [x]),
    'layer norm of a sum': withGradients(
      (x, r, g, b) => tf.addN(addLayerNorm(x!, r!, g!, b)),
      [x, normal('residual', [7, 19, 37]), gain, shift],
    ),
    'rms norm of a sum': withGradients(
      (x, r, g) => tf.addN(addRmsNorm(x!, r!, g!)),
      [x, normal('residual', [7, 19, 37]), gain],
    ),
    swiglu: withGradients((gate, up) => swiglu(gate!, up!), [x, normal('up', [7, 19, 37])]),
    'swiglu of halves': withGradients((both) => swiglu(both!), [normal('both', [7, 19, 74])]),
    'rotary of one text and of some': () => {
      const tables = rotaryTables({ maxPositions: 90, rotaryDim: 8 });
      const positions = upload(indices('positions', [3, 70], 90));
      return [
        rotary(upload(q), tables, { numHeads: 4 }),
        rotary(upload(q), tables, { numHeads: 4, positions, interleaved: true }),
        rotary(upload(normal('one', [1, 70, 48])), tables, { numHeads: 4 }),
      ];
    },
    dropout: withGradients((x) => dropout(x!, 0.3, rng()), [x]),
    gelu: withGradients((x) => gelu(x!), [x]),
    'sums over the first, the last and a middle axis': () => [0, 1, 2].map((axis) => tf.sum(upload(x), axis)),
    'global norm': () => [globalNorm([upload(large), upload(small)])],
    adamW: () => {
      const parameters = [large, small].map((host) => tf.variable(upload(host)));
      const moments = () => parameters.map((parameter) => tf.variable(tf.mul(parameter, parameter)));
      const gradients = parameters.map((parameter) => tf.mul(parameter, 3));
      const [firstMoments, secondMoments] = [moments(), moments()];
      const options = { learningRate: 0.1, beta1: 0.9, beta2: 0.95, eps: 1e-8, step: 3 };
      adamW({ parameters, gradients, firstMoments, secondMoments, weightDecays: [0.1, 0] }, options);
      const state = [...parameters, ...firstMoments, ...secondMoments];
      const values = state.map((variable) => tf.clone(variable));
      tf.dispose(state);
      return values;
    },
  };
  for (const scheme of ['int8', 'nf4', 'int4'] as const)
    exact[`quantized linear ${scheme}`] = () => {
      const [rows, width] = [41, 64];
      const blockSize = scheme === 'int8' ? width : 32;
      const bytes = (name: string, count: number, max: number) =>
        upload({ ...indices(name, [3 * Math.ceil(count / 3)], max), dtype: 'bool' });
      const blocks = (rows * width) / blockSize;
      const scales = upload(normal('scales', [blocks]));
      const zeros = scheme === 'int4' ? bytes('zeros', blocks, 16) : undefined;
      const matrix = {
        scheme,
        shape: [rows, width] as [number, number],
        blockSize,
        codes: bytes('codes', (rows * width) / (scheme === 'int8' ? 1 : 2), 255),
        scales,
        zeros,
      };
      return [1, 3, 9].map((n) => quantizedLinear(upload(normal('input', [n, width])), matrix as QuantizedMatrix));
    };

  test.each(Object.entries(exact))('%s: the bytes of one thread', async (_name, f) => {
    expectSame(await bytesOf(2, f), await bytesOf(1, f));
  });

  test.each([
    ['layer norm', true, withGradients((x, g, b) => layerNorm(x!, g!, b), [wide, wideGain, wideShift])],
    ['rms norm', false, withGradients((x, g) => rmsNorm(x!, g!, { eps: 1e-5 }), [wide, wideGain])],
  ])('gradients of %s over many rows: the bytes of one thread, near float64', async (_name, centred, f) => {
    const alone = await bytesOf(1, f);
    expectSame(await bytesOf(2, f), alone);
    const [rows, width] = wide.shape as [number, number];
    const expected = new Float64Array(width);
    for (let r = 0; r < rows; r++) {
      const row = wide.values.subarray(r * width, (r + 1) * width);
      const mean = centred ? row.reduce((a, b) => a + b, 0) / width : 0;
      const rstd = 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / width + 1e-5);
      row.forEach((value, j) => (expected[j]! += (value - mean) * rstd));
    }
    const dgain = new Float32Array(Uint8Array.from(alone[2]!).buffer);
    expect(largestDifference(dgain, expected)).toBeLessThan(1e-4);
  });

  test('work that is too small stays with the caller', async () => {
    await device.crew.resize(2);
    device.crew.worthSharing = 1000;
    expect(device.crew.ranges(999, 1)).toHaveLength(1);
    expect(device.crew.ranges(1000, 1)).toHaveLength(8);
    device.crew.worthSharing = 0;
  });

  test('the first of several wrong ids is named, whoever finds it', async () => {
    await device.crew.resize(2);
    for (let run = 0; run < 20; run++) {
      const wrong = ints(
        [133],
        Array.from({ length: 133 }, (_, i) => ([31, 60, 131].includes(i) ? 50 + i : 1)),
      );
      expect(() => tf.tidy(() => embedding(upload(wrong), upload(weight)))).toThrow('id 81 at position 31');
      const logits = tf.zeros([133, 40]);
      expect(() => crossEntropy(logits, upload(wrong))).toThrow('target 81 at position 31');
    }
  });

  test('memory may grow between two jobs, and workers see what is new at once', async () => {
    await device.crew.resize(2);
    for (let megabytes = 8; megabytes <= 256; megabytes *= 2) {
      const x = tf.fill([megabytes * 256, 1024], 1);
      expect(
        tf
          .tidy(() => Array.from(tf.sum(gelu(x), 0).dataSync()))
          .every((y) => Math.abs(y / x.shape[0]! - 0.8413447) < 1e-5),
      ).toBe(true);
      x.dispose();
    }
  });

  test('a kernel that fails in a worker is an error of the caller, and the pool goes on', async () => {
    await device.crew.resize(2);
    const outside = Array.from({ length: 64 }, () => [2 ** 32 - 64, 2 ** 32 - 64, 64, 1] as const);
    expect(() => device.crew.run('activate', outside as unknown as [number, number, number, number][])).toThrow(
      'wasm: the kernel activate failed',
    );
    expectSame(await bytesOf(2, exact.gelu!), await bytesOf(1, exact.gelu!));
  });

  test('spinning gives the same', async () => {
    const alone = await bytesOf(1, exact['linear with gelu']!);
    for (let run = 0; run < 20; run++) expectSame(await bytesOf(2, exact['linear with gelu']!, 200), alone);
  });

  test('the same plugin activated again, and one with 1 thread', async () => {
    await useBackend(wasm({ threads: 2 }));
    expect(device.crew.threads).toBe(2);
    await useBackend(wasm());
    expect(device.crew.threads).toBe(1);
    await useBackend(wasm({ threads: 2 }));
    expect(device.crew.threads).toBe(2);
  });
});

describe.skipIf(availableParallelism() < 2)('a program with threads', () => {
  const folder = mkdtempSync(fileURLToPath(new URL('../node_modules/.threads-', import.meta.url)));
  const program = join(folder, 'child.mjs');

  beforeAll(() =>
    build({
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: fileURLToPath(new URL('threads-child.ts', import.meta.url)),
        outDir: folder,
        target: 'es2022',
        rollupOptions: { output: { entryFileNames: 'child.mjs', chunkFileNames: '[name].mjs' } },
      },
    }),
  );
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Runs the program; what it printed, its exit code and the milliseconds from the line to its end. */
  const run = (...values: string[]) =>
    new Promise<{ out: string; err: string; code: number | null }>((resolve) => {
      const child = spawn(process.execPath, [program, ...values], { stdio: ['ignore', 'pipe', 'pipe'] });
      let [out, err] = ['', ''];
      child.stdout.on('data', (text: Buffer) => (out += String(text)));
      child.stderr.on('data', (text: Buffer) => (err += String(text)));
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve({ out, err, code });
      });
    });

  test.each([
    ['ends by itself', 'end', 0],
    ['ends by process.exit', 'exit', 3],
    ['ends by an error', 'error', 1],
  ])('%s', async (_how, value, code) => {
    expect(await run(value)).toMatchObject({ code, out: '2 600\n' });
  });

  test('that was started with 1 thread says when to ask for more', async () => {
    expect((await run('late')).err).toContain('ask for 2 threads there');
  });
});
