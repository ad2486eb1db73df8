import { readFileSync } from 'node:fs';
import { RandomStream, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { AdamW, clipByGlobalNorm, type Optimizer, Sgd } from './index.js';

interface Run {
  norms: number[];
  recorded: { step: number; parameters: Record<string, number[]>; state: Record<string, number[]> }[];
}

const fixture = JSON.parse(readFileSync(new URL('../test/fixtures/optim.json', import.meta.url), 'utf8')) as {
  seed: number;
  shapes: Record<string, number[]>;
  steps: number;
  maxNorm: number;
  adamW: Run;
  sgd: Run;
  nesterov: Run;
};

const drawn = (name: string, path: string, std: number) => {
  const shape = fixture.shapes[path]!;
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(new RandomStream(fixture.seed, `init/${name}${path}`).normalArray(size, { std }), shape);
};

const paths = Object.keys(fixture.shapes);
const makeParameters = () =>
  new Map(paths.map((path) => [path, tf.tidy(() => tf.variable(drawn('', path, 0.3)))] as const));
const makeGradients = (step: number) =>
  new Map(paths.map((path) => [path, drawn(`gradient/${step}/`, path, 0.5 / (step + 1))] as const));

const dispose = (tensors: ReadonlyMap<string, tf.Tensor>) => tf.dispose([...tensors.values()]);

/** One step as the fixture's program takes it; the norm before clipping. */
function trainStep(optimizer: Optimizer, step: number): number {
  const gradients = makeGradients(step);
  const { norm, scale } = clipByGlobalNorm(gradients, fixture.maxNorm);
  optimizer.step(gradients, { learningRate: 0.01 / (step + 1), gradientScale: scale });
  const found = norm.dataSync()[0]!;
  dispose(gradients);
  tf.dispose([norm, scale]);
  return found;
}

function expectClose(found: ArrayLike<number>, expected: number[], name: string): void {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((value, i) => expect(Math.abs(found[i]! - value), name).toBeLessThanOrEqual(2e-6 * scale));
}

const optimizers: [name: 'adamW' | 'sgd' | 'nesterov', make: (p: ReadonlyMap<string, tf.Variable>) => Optimizer][] = [
  ['adamW', (parameters) => new AdamW(parameters)],
  ['sgd', (parameters) => new Sgd(parameters, { momentum: 0.9, weightDecay: 0.1 })],
  ['nesterov', (parameters) => new Sgd(parameters, { momentum: 0.9, nesterov: true, weightDecay: 0.1 })],
];

describe.each([
  ['cpu', cpu],
  ['wasm', wasm],
] as const)('on %s', (_backend, plugin) => {
  beforeAll(() => useBackend(plugin()));

  it.each(optimizers)('%s takes the steps of torch, clipping included', async (name, make) => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    for (let step = 0; step < fixture.steps; step++) {
      const norm = trainStep(optimizer, step);
      expect(Math.abs(norm / fixture[name].norms[step]! - 1)).toBeLessThan(1e-6);
      const recorded = fixture[name].recorded.find((entry) => entry.step === step + 1);
      if (!recorded) continue;
      for (const path of paths) expectClose(parameters.get(path)!.dataSync(), recorded.parameters[path]!, path);
      const { step: count, tensors } = await optimizer.state();
      expect(count).toBe(step + 1);
      expect([...tensors.keys()].sort()).toEqual(Object.keys(recorded.state).sort());
      for (const [slot, { data }] of tensors) expectClose(data, recorded.state[slot]!, slot);
    }
    optimizer.dispose();
    dispose(parameters);
  });

  it.each(optimizers)('%s goes on from a saved state, bit for bit', async (_name, make) => {
    const parameters = makeParameters();
    const optimizer = make(parameters);
    for (let step = 0; step < 3; step++) trainStep(optimizer, step);
    const saved = await optimizer.state();
    const values = new Map(paths.map((path) => [path, parameters.get(path)!.dataSync().slice()]));
    for (let step = 3; step < 6; step++) trainStep(optimizer, step);

    const again = new Map(
      paths.map(
        (path) => [path, tf.tidy(() => tf.variable(tf.tensor(values.get(path)!, fixture.shapes[path]!)))] as const,
      ),
    );
    const resumed = make(again);
    resumed.loadState(saved);
    for (let step = 3; step < 6; step++) trainStep(resumed, step);
    for (const path of paths) expect(again.get(path)!.dataSync()).toEqual(parameters.get(path)!.dataSync());
    expect(await resumed.state()).toEqual(await optimizer.state());
    for (const one of [optimizer, resumed]) one.dispose();
    for (const map of [parameters, again]) dispose(map);
  });

  it.each(optimizers)('%s does not mind in which order parameters and gradients come', (_name, make) => {
    const run = (reverse: boolean) => {
      const ordered = <T>(map: Map<string, T>) => (reverse ? new Map([...map].reverse()) : map);
      const parameters = ordered(makeParameters());
      const optimizer = make(parameters);
      const gradients = ordered(makeGradients(0));
      const { norm, scale } = clipByGlobalNorm(gradients, fixture.maxNorm);
      optimizer.step(gradients, { learningRate: 0.01, gradientScale: scale });
      const found = [norm.dataSync()[0], ...paths.flatMap((path) => [...parameters.get(path)!.dataSync()])];
      optimizer.dispose();
      for (const map of [parameters, gradients]) dispose(map);
      tf.dispose([norm, scale]);
      return found;
    };
    expect(run(true)).toEqual(run(false));
  });

  it.each(optimizers)('%s keeps no tensors but its slots, and none after dispose', (_name, make) => {
    const before = tf.memory().numTensors;
    const parameters = makeParameters();
    const optimizer = make(parameters);
    trainStep(optimizer, 0);
    const { numTensors, numBytes } = tf.memory();
    for (let step = 1; step < 4; step++) trainStep(optimizer, step);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    optimizer.dispose();
    dispose(parameters);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('clips gradients that are still to be scaled as if they were', () => {
    tf.tidy(() => {
      const gradients = new Map([['a', tf.tensor1d([30, 40])]]);
      const { norm, scale } = clipByGlobalNorm(gradients, 2, { gradientScale: tf.scalar(0.1) });
      expect(norm.dataSync()[0]).toBeCloseTo(5, 5);
      expect(scale.dataSync()[0]).toBeCloseTo(0.04, 6);
      const measured = clipByGlobalNorm(gradients, Infinity);
      expect([norm.rank, scale.rank, measured.norm.dataSync()[0], measured.scale.dataSync()[0]]).toEqual([0, 0, 50, 1]);
    });
  });
});

describe('wrong input gets a sentence', () => {
  it('in options', () => {
    const none = new Map<string, tf.Variable>();
    expect(() => new AdamW(none, { betas: [0.9, 1] })).toThrow(
      'AdamW: betas must be from 0 to below 1, found [0.9, 1]',
    );
    expect(() => new AdamW(none, { eps: NaN })).toThrow('AdamW: eps must be from 0 on, found NaN');
    expect(() => new AdamW(none, { weightDecay: -1 })).toThrow('AdamW: weightDecay must be from 0 on, found -1');
    expect(() => new Sgd(none, { nesterov: true })).toThrow('Sgd: nesterov needs a momentum above 0');
    expect(() => clipByGlobalNorm(new Map(), 0)).toThrow('maxNorm must be above 0, found 0');
  });

  it('in a step', () => {
    const parameters = makeParameters();
    const optimizer = new AdamW(parameters);
    const gradients = makeGradients(0);
    expect(() => optimizer.step(gradients, { learningRate: NaN })).toThrow('learningRate must be a finite number');
    const [first] = paths;
    const extra = new Map([...gradients, ['b', gradients.get(first!)!]]);
    expect(() => optimizer.step(extra, { learningRate: 1 })).toThrow(
      'a gradient was given for b, which is no parameter',
    );
    const missing = new Map([...gradients].filter(([path]) => path !== first));
    expect(() => optimizer.step(missing, { learningRate: 1 })).toThrow(`no gradient was given for ${first}`);
    expect(optimizer.steps).toBe(0);
    optimizer.dispose();
    for (const map of [parameters, gradients]) dispose(map);
  });

  it('in a state, which then changes nothing', async () => {
    const parameters = makeParameters();
    const optimizer = new AdamW(parameters);
    trainStep(optimizer, 0);
    const before = await optimizer.state();
    const tensors = new Map(before.tensors);
    tensors.delete('wte.weight.exp_avg');
    tensors.set('other', tensors.get('h.0.ln.weight.exp_avg')!);
    const short = { dtype: 'float32' as const, shape: [2], data: new Float32Array(2) };
    tensors.set('h.0.c_fc.bias.exp_avg', short);
    expect(() => optimizer.loadState({ step: 1.5, tensors })).toThrow(
      'loadState: step 1.5 is no count; wte.weight.exp_avg is missing; other is not expected; 1 more',
    );
    expect(() =>
      optimizer.loadState({ step: 1, tensors: new Map([...before.tensors, ['h.0.c_fc.bias.exp_avg', short]]) }),
    ).toThrow('loadState: h.0.c_fc.bias.exp_avg is [2] and should be [5]');
    expect(await optimizer.state()).toEqual(before);
    optimizer.dispose();
    dispose(parameters);
  });
});
