import '@tensorflow/tfjs-backend-cpu';
import { registerGradients } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Case } from './case.js';
import { chooseCases, suite } from './cases/index.js';
import { attention64, layerNorm64, matMul64 } from './float64.js';
import { compare, hashOf, normals } from './host.js';
import { kernelsSvg, rateText, suiteMarkdown, trainingSvg } from './report.js';
import { isRight, type BenchFile, type Result } from './result.js';
import { budgets, runCase, unsteadiness } from './run-case.js';
import { clockStep, runSuite } from './run-suite.js';
import { violations } from './schema.js';
import { parseSuiteOptions } from './suite-options.js';
import { takeTurns, type Player } from './turns.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerGradients();
});

const surroundings = { backend: 'cpu', budget: budgets.quick, clockStep: 0.001, isSlow: true } as const;
const roofline = { flopsPerSecond: 4e10, bufferBytes: 65_536, readPerSecond: 2e10, copyPerSecond: 1e10 };

const result = (over: Partial<Result>): Result => ({
  work: 'matmul.f32.x',
  group: 'kernels',
  params: {},
  inputHash: 'ab',
  backend: 'wasm',
  dtype: 'f32',
  status: 'ok',
  firstMs: 3,
  mode: 'latency',
  batch: 1,
  samplesMs: [1, 1, 1],
  medianMs: 1,
  p10Ms: 1,
  p90Ms: 1,
  flops: 2e7,
  perSecond: 2e10,
  unit: 'FLOP/s',
  check: { reference: 'r', maxAbs: 0, maxRel: 0, tolerance: 1, pass: true },
  ...over,
});

const file = (results: Result[]): BenchFile => ({
  schema: 'bench-1',
  createdAt: '2026-01-02T03:04:05.000Z',
  runtime: 'node',
  machine: { os: 'linux', cpu: 'A', cpuThreads: 2, clockStepUs: 0.1, load: [0, 1], roofline: [roofline, roofline] },
  packages: { a: '1.0.0' },
  proof: [{ backend: 'wasm', flags: { SIMD: true }, resultsIn: 'the memory of WebAssembly' }],
  results,
});

describe('the schema', () => {
  test('takes a file of results', () => {
    expect(violations(file([result({}), result({ group: 'train' })]))).toEqual([]);
  });

  test.each<[message: string, path: string, value?: unknown]>([
    ['the file has no machine', 'machine'],
    ['the file.schema must be "bench-1"', 'schema', 'bench-2'],
    ['the file.createdAt must be a date and a time', 'createdAt', 'today'],
    ['the file.machine.cpuThreads must be of type integer', 'machine.cpuThreads', 1.5],
    ['the file.results[0].status must be one of ok, wrong', 'results.0.status', 'fine'],
    ['the file.results[0].samplesMs[1] must be of type number', 'results.0.samplesMs.1', '1'],
    ['the file.results[0].medianMs must be of type number', 'results.0.medianMs', NaN],
    ['the file.packages.a must be of type string', 'packages.a', 1],
    ['the file.proof[0] has no resultsIn', 'proof.0.resultsIn'],
  ])('refuses: %s', (message, path, value) => {
    const copy = structuredClone(file([result({})]));
    const keys = path.split('.');
    const last = keys.pop()!;
    const holder = keys.reduce(
      (at, key) => at[key] as Record<string, unknown>,
      copy as unknown as Record<string, unknown>,
    );
    if (value === undefined) delete holder[last];
    else holder[last] = value;
    expect(violations(copy).join('; ')).toContain(message);
  });
});

describe('options', () => {
  test('choose groups, cases and backends', () => {
    expect(parseSuiteOptions('suite', ['--only', 'train', '--quick'])).toMatchObject({
      backends: ['wasm'],
      isQuick: true,
    });
    expect(parseSuiteOptions('page', [])).toMatchObject({
      backends: ['wasm', 'webgl', 'webgpu', 'wasm-threads'],
      port: 5180,
      threads: 2,
    });
    expect(parseSuiteOptions('suite', ['--help'])).toBeNull();
  });

  test('what is not there is refused', () => {
    expect(() => parseSuiteOptions('suite', ['--only', 'tables'])).toThrow('--only: there is no tables, only kernels,');
    expect(() => parseSuiteOptions('suite', ['--backend', 'webgl'])).toThrow('there is no webgl here, only wasm, cpu');
    expect(() => parseSuiteOptions('suite', ['--backend', 'wasm,cpu'])).toThrow('one at a time in Node');
    expect(() => parseSuiteOptions('page', ['--port', 'x'])).toThrow('--port must be a whole number');
    expect(() => parseSuiteOptions('suite', ['--by', 'tfjs'])).toThrow(
      '--by: only for the suite in Node with --peers.',
    );
    expect(() => parseSuiteOptions('suite', ['--peers', '--by', 'x'])).toThrow(
      '--by: there is no x here, only ashlar, tfjs',
    );
    expect(() => parseSuiteOptions('page', ['--peers', '--by', 'tfjs'])).toThrow('--by: only for the suite in Node');
    expect(() => parseSuiteOptions('suite', ['--peers', '--backend', 'cpu'])).toThrow('--peers: in Node on wasm');
  });

  test('quick takes a few of each group, and what is named', () => {
    const groups = new Set(suite.map(({ group }) => group));
    const quick = chooseCases(undefined, true);
    expect(new Set(quick.map(({ group }) => group))).toEqual(groups);
    expect(quick.length).toBeLessThan(10);
    expect(chooseCases(['matmul.f32.512x512x512'], true).map(({ work }) => work)).toEqual(['matmul.f32.512x512x512']);
    expect(new Set(suite.map(({ work }) => work)).size).toBe(suite.length);
  });
});

describe('definitions in float64', () => {
  test('products agree in every order', () => {
    const [a, b] = [Float64Array.of(1, 2, 3, 4, 5, 6), Float64Array.of(1, 0, 2, 1, 3, 1)];
    const size = { rows: 2, inner: 3, columns: 2 };
    expect([...matMul64(a, b, size)]).toEqual([14, 5, 32, 11]);
    expect([...matMul64(a, Float64Array.of(1, 2, 3, 0, 1, 1), { ...size, transposeB: true })]).toEqual([14, 5, 32, 11]);
    expect([...matMul64(Float64Array.of(1, 4, 2, 5, 3, 6), b, { ...size, transposeA: true })]).toEqual([14, 5, 32, 11]);
  });

  /** Slope of `f` along one value of `x`. */
  const slope = (f: () => number, x: Float64Array, i: number) => {
    const [h, at] = [1e-5, x[i]!];
    x[i] = at + h;
    const up = f();
    x[i] = at - h;
    const down = f();
    x[i] = at;
    return (up - down) / (2 * h);
  };
  const drawn = (name: string, length: number) => Float64Array.from(normals(`test/${name}`, [length]));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

  test("attention's gradients are its slopes, and a part is a part of the whole", () => {
    const sizes = { seq: 4, numHeads: 2, headSize: 3 };
    const [q, k, v, dy] = [drawn('q', 24), drawn('k', 24), drawn('v', 24), drawn('dy', 24)];
    const run = (from = 0) => attention64({ q, k, v, dy, ...sizes }, from);
    const whole = run();
    for (const [x, gradient] of [
      [q, whole.dq],
      [k, whole.dk],
      [v, whole.dv],
    ] as const)
      // prettier-ignore
      for (const i of [0, 7, 23]) expect(gradient[i]).toBeCloseTo(slope(() => dot(run().y, dy), x, i), 7);
    const part = run(2);
    for (const name of ['y', 'dq', 'dk', 'dv'] as const) expect([...part[name]]).toEqual([...whole[name].slice(12)]);
  });

  test("layer norm's gradients are its slopes", () => {
    const [x, weight, bias, dy] = [drawn('x', 10), drawn('w', 5), drawn('b', 5), drawn('dy', 10)];
    const run = () => layerNorm64(x, weight, bias, dy);
    const { dx, dWeight, dBias } = run();
    for (const [y, gradient] of [
      [x, dx],
      [weight, dWeight],
      [bias, dBias],
    ] as const)
      // prettier-ignore
      for (const i of [0, 4]) expect(gradient[i]).toBeCloseTo(slope(() => dot(run().y, dy), y, i), 7);
  });
});

describe('checks', () => {
  test('what is not a number never passes', () => {
    expect(compare('r', [[[1, 2], [1, 2.5]]], 0.5)).toMatchObject({ maxAbs: 0.5, maxRel: 0.2, pass: true }); // prettier-ignore
    expect(compare('r', [[[1, NaN], [1, 2]]], 10).pass).toBe(false); // prettier-ignore
    expect(compare('r', [[[NaN, 1], [1, 1]]], 10).pass).toBe(false); // prettier-ignore
    expect(compare('r', [[[1], [1, 2]]], 10).pass).toBe(false); // prettier-ignore
  });

  test('equal inputs have equal hashes', async () => {
    const hash = await hashOf([normals('a', [8])]);
    expect(hash).toHaveLength(64);
    expect(await hashOf([normals('a', [8])])).toBe(hash);
    expect(await hashOf([normals('b', [8])])).not.toBe(hash);
  });
});

describe('a run', () => {
  const one = (run: () => tf.Tensor[], expected: number): Case => ({
    work: 'test',
    group: 'kernels',
    dtype: 'f32',
    params: {},
    flops: 10,
    prepare: () => ({
      inputs: [Float32Array.of(1)],
      run,
      check: async ([y]) => compare('r', [[await y!.data(), [expected]]], 1e-6),
      dispose: () => {},
    }),
  });

  test('is timed and checked, and leaves nothing behind', async () => {
    const { numTensors } = tf.memory();
    const [found] = await runCase(
      one(() => [tf.scalar(2)], 2),
      surroundings,
    );
    expect(found).toMatchObject({ unit: 'FLOP/s', backend: 'cpu', check: { pass: true } });
    expect(isRight(found!)).toBe(true);
    expect(found!.samplesMs!.length).toBeGreaterThanOrEqual(budgets.quick.fewest);
    expect(found!.batch! * found!.medianMs!).toBeGreaterThan(budgets.quick.leastMs / 10);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('a wrong result has no time, also where it becomes wrong later', async () => {
    expect(
      await runCase(
        one(() => [tf.scalar(3)], 2),
        surroundings,
      ),
    ).toMatchObject([{ status: 'wrong' }]);
    let calls = 0;
    const [late] = await runCase(
      one(() => [tf.scalar(calls++ === 0 ? 2 : 3)], 2),
      surroundings,
    );
    expect(late).toMatchObject({ status: 'wrong', check: { maxAbs: 1, pass: false } });
  });

  test('what throws and what would take too long is said', async () => {
    const failing = one(() => { throw new Error('no memory'); }, 0); // prettier-ignore
    expect(await runCase(failing, surroundings)).toMatchObject([{ status: 'failed', message: 'no memory' }]);
    const large = { ...one(() => [], 0), flops: 1e10 };
    expect(await runCase(large, surroundings)).toMatchObject([{ status: 'aborted' }]);
  });

  test('names the memory in which its results are', async () => {
    const cases = chooseCases(['tokenizer.encode.bpe.1m', 'layerNorm.f32.768x128'], true);
    const { results, proof } = await runSuite(cases, { budget: budgets.quick, isSlow: true });
    expect(results.every(isRight)).toBe(true);
    expect(proof).toEqual({ backend: 'cpu', flags: {}, resultsIn: 'a JavaScript array' });
    expect(clockStep()).toBeGreaterThan(0);
    expect(violations(file(results))).toEqual([]);
  });
});

describe('the time of a run', () => {
  test('is unsteady where its samples drift or scatter', () => {
    expect(unsteadiness([10, 10.2, 10.1, 10, 10.3, 10.1])).toBeUndefined();
    expect(unsteadiness([10, 10, 11, 11, 12, 12])).toBe('its last samples took 20 % more than its first');
    expect(unsteadiness([12, 12, 11, 11, 10, 10])).toBe('its last samples took 17 % less than its first');
    expect(unsteadiness([10, 20, 10, 20, 10, 20, 10, 20, 10])).toBe('its samples are 100 % of the median apart');
  });

  test('is taken in turns, each player as often, with ratios round by round', async () => {
    const order: string[] = [];
    const player = (by: string, ms: number, maxAbs = 0): Player => ({
      who: { backend: 'wasm', by },
      firstMs: 1,
      inputHash: by,
      play: (count) => (order.push(by), Promise.resolve(count * ms)),
      check: () => Promise.resolve(compare('r', [[[maxAbs], [0]]], 0.5)),
    });
    const one = result({ work: 'w' }) as unknown as Case;
    const found = await takeTurns(one, [player('a', 40), player('b', 20), player('c', 80, 1)], budgets.full);
    expect(found).toMatchObject([
      { by: 'a', batch: 5, medianMs: 40, status: 'ok', ratio: { median: 1 } },
      { by: 'b', batch: 10, medianMs: 20, status: 'ok', ratio: { median: 0.5 }, perSecond: 1e9 },
      { by: 'c', batch: 3, medianMs: 80, status: 'wrong', ratio: { median: 2 } },
    ]);
    // three times each to warm up, then in rotating order
    expect(order.slice(9, 15).join('')).toBe('abcbca');
    expect(order).toHaveLength(9 + 3 * budgets.full.samples);

    const text = suiteMarkdown(file(found));
    expect(text).toContain('| w | b, wasm | 20.00 | 20.00-20.00 | 0.50 (0.50-0.50) |');
    expect(text).toContain('| ~~w~~ | c, wasm | 80.00 | 80.00-80.00 |  |');
    expect(text).not.toContain('### Kernels');
  });
});

describe('the report', () => {
  const results = [
    result({ bytes: 1e6 }),
    result({ work: 'gemm.gpu', backend: 'webgl', medianMs: 4 }),
    result({ work: 'broken', status: 'wrong', check: { reference: 'r', maxAbs: 2, maxRel: 2, tolerance: 1, pass: false } }), // prettier-ignore
    result({ work: 'train.nano', group: 'train', params: { parameters: 1000 }, flops: 4e7, medianMs: 10 }),
    result({ work: 'train.large', group: 'train', params: { parameters: 100_000 }, flops: 4e9, medianMs: 200 }),
  ];

  test('says rates and shares, and ranks nothing that is wrong', () => {
    const text = suiteMarkdown(file(results));
    expect(text).toContain('| matmul.f32.x | wasm | 1.00 | 1.00-1.00 | 3.00 | 1 | 20.0 GFLOP/s | 50 % | 1.0 GB/s |');
    expect(text).toContain('| gemm.gpu | webgl | 4.00 | 1.00-1.00 | 3.00 | 1 | 20.0 GFLOP/s |  |  |');
    expect(text).toContain('| ~~broken~~ | wasm | 1.00 | 1.00-1.00 | 3.00 | 1 |  |  |  | **wrong: 2.0e+0 of 1e+0** |');
    expect(text).toContain('load 0.0 to 1.0');
    // the peak is the most that was ever seen
    expect(suiteMarkdown(file([{ ...results[0]!, peakPerSecond: 8e10 }]))).toContain('| 20.0 GFLOP/s | 25 % |');
    expect(rateText(1234, 'B/s')).toBe('1.2 kB/s');
  });

  test('plots what is right', () => {
    const bars = kernelsSvg(file(results));
    expect(bars.match(/<rect class="bar/g)).toHaveLength(2);
    expect(bars).toContain('one core in wasm: 40.0');
    const curve = trainingSvg(file(results));
    expect(curve.match(/<circle/g)).toHaveLength(2);
    expect(curve).toContain('nano 10.00 ms');
    const step = results.find(({ group }) => group === 'train')!;
    const inTurns = [1, 2].map((threads): Result => ({ ...step, by: 'ashlar', threads }));
    const both = trainingSvg(file(inTurns));
    for (const who of ['1 thread', '2 threads']) expect(both).toContain(`ashlar, ${step.backend}, ${who}`);
    expect(trainingSvg(file([step, ...inTurns]))).not.toContain('1 thread');
  });
});
