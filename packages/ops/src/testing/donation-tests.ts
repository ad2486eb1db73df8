import * as tf from '@tensorflow/tfjs-core';
import { adamW } from '../ops/adamw.js';
import { cacheAppend } from '../ops/cache-append.js';
import { cachedAttention } from '../ops/cached-attention.js';
import { globalNorm } from '../ops/global-norm.js';
import type { TestBody } from './backend-test.js';
import { expectClose } from './expect-close.js';
import { expectNoLeaks } from './expect-no-leaks.js';
import { floats, ints, normal, sizeOf, upload, type Host } from './host.js';

/** Tests of the ops that write into their inputs, and of the norm that goes with them. */
export const donationTests = (tolerance: number): TestBody[] => [
  ...[
    { shape: [2, 5, 3], seq: 2, position: 0 },
    { shape: [2, 5, 3], seq: 2, position: 3 },
    { shape: [1, 7, 1], seq: 1, position: 6 },
    { shape: [3, 4, 6], seq: 4, position: 0 },
    { shape: [2, 5, 3], seq: 3, position: 4 },
  ].map(({ shape, seq, position }): TestBody => ({
    name: `cacheAppend ${seq} rows to [${shape}] at ${position}: values, clones, no leak`,
    body: () => cacheAppendTest(shape, seq, position),
  })),
  { name: 'cachedAttention: three steps, clones stay, no leak', body: cachedAttentionTest },
  { name: 'adamW: follows float64 for 5 steps, clones stay', body: () => adamWTest(tolerance) },
  { name: 'adamW: no leak', body: adamWLeakTest },
  { name: 'globalNorm', body: () => globalNormTest(tolerance, gradientsAt(1)) },
  {
    name: 'globalNorm of 33 tensors',
    body: () =>
      globalNormTest(
        tolerance,
        Array.from({ length: 33 }, (_, i) => normal(`norm ${i}`, [i + 1, 300 - i])),
      ),
  },
  {
    name: 'globalNorm of what is not a number',
    body: () => globalNormTest(tolerance, [normal('finite', [70, 3]), floats([2, 2], [1, 2, NaN, 3])]),
  },
];

async function cacheAppendTest(shape: number[], seq: number, position: number): Promise<void> {
  const [batch, capacity, width] = shape as [number, number, number];
  const cacheHost = normal('cache', shape);
  const xHost = normal('rows', [batch, seq, width]);
  const expected = cacheHost.values.slice();
  for (let b = 0; b < batch; b++)
    for (let row = 0; row < seq && position + row < capacity; row++)
      for (let i = 0; i < width; i++)
        expected[(b * capacity + position + row) * width + i] = xHost.values[(b * seq + row) * width + i]!;
  const append = async (shared: boolean) => {
    const [cache, x, at] = [upload(cacheHost), upload(xHost), upload(ints([], [position]))];
    const clone = shared ? tf.clone(cache) : undefined;
    const result = cacheAppend(cache, x, at);
    await expectClose(result, expected, { tolerance: 0, name: 'the cache' });
    await expectClose(x, xHost.values, { tolerance: 0, name: 'x afterwards' });
    if (clone) await expectClose(clone, cacheHost.values, { tolerance: 0, name: 'the clone of the cache' });
    tf.dispose([result, cache, x, at, ...(clone ? [clone] : [])]);
  };
  await expectNoLeaks(() => append(false));
  await expectNoLeaks(() => append(true));
}

/** Three tokens one after the other; clones of the caches, made before the third, keep what they hold. */
async function cachedAttentionTest(): Promise<void> {
  const [keys, values] = [normal('keys', [2, 5, 6]), normal('values', [2, 5, 6])];
  const step = (cache: tf.Tensor[], position: number) =>
    tf.tidy(() => {
      const at = tf.scalar(position, 'int32');
      const qkv = upload(normal(`qkv ${position}`, [2, 1, 24]));
      return cachedAttention(qkv, cache[0]!, cache[1]!, at, { numHeads: 4, numKvHeads: 2 }).slice(1);
    });
  await expectNoLeaks(async () => {
    const caches = [[upload(keys), upload(values)]];
    for (let position = 0; position < 2; position++) caches.push(step(caches.at(-1)!, position));
    const clones = caches.at(-1)!.map((x) => tf.clone(x));
    const before = await clones[0]!.data();
    caches.push(step(caches.at(-1)!, 2));
    await expectClose(clones[0]!, before, { tolerance: 0, name: 'the clone of the keys' });
    const after = Float64Array.from(await caches.at(-1)![0]!.data());
    for (let position = 0; position < 3; position++)
      for (const b of [0, 1]) {
        const written = after.subarray((b * 5 + position) * 6, (b * 5 + position + 1) * 6);
        const { values: rows } = normal(`qkv ${position}`, [2, 1, 24]);
        written.forEach((value, i) => {
          if (value !== rows[b * 24 + 12 + i]) throw new Error(`key ${i} of row ${b} at ${position} is ${value}`);
        });
      }
    tf.dispose([caches, clones]);
  });
}

const shapes = [[3, 5], [7], [1], [2, 3, 4]];
const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.95, eps: 1e-8 };
const weightDecays = [0.1, 0, 0, 0.3];

/** Parameters with their moments, some of which share data with clones. */
function makeState() {
  const parameters = shapes.map((shape, i) => tf.tidy(() => tf.variable(upload(normal(`parameter ${i}`, shape)))));
  const zeros = () => shapes.map((shape) => tf.tidy(() => tf.variable(tf.zeros(shape))));
  return { parameters, firstMoments: zeros(), secondMoments: zeros(), weightDecays };
}

const disposeState = ({ parameters, firstMoments, secondMoments }: ReturnType<typeof makeState>) =>
  tf.dispose([parameters, firstMoments, secondMoments]);

const gradientsAt = (step: number): Host[] => shapes.map((shape, i) => normal(`gradient ${step} ${i}`, shape));

async function adamWTest(tolerance: number): Promise<void> {
  const state = makeState();
  const clones = [
    ...state.parameters.map((variable) => tf.clone(variable)),
    ...state.parameters.map((variable) => tf.variable(variable)),
  ];
  const { learningRate, beta1, beta2, eps } = settings;
  const [p, m, v] = [
    shapes.map((shape, i) => normal(`parameter ${i}`, shape).values),
    shapes.map((shape) => new Float64Array(sizeOf(shape))),
    shapes.map((shape) => new Float64Array(sizeOf(shape))),
  ];
  for (let step = 1; step <= 5; step++) {
    const scale = step > 3 ? 0.25 : undefined;
    const hosts = gradientsAt(step);
    const gradients = hosts.map(upload);
    const gradientScale = scale === undefined ? undefined : tf.scalar(scale);
    adamW({ ...state, gradients }, { ...settings, step, ...(gradientScale && { gradientScale }) });
    hosts.forEach(({ values }, i) =>
      values.forEach((value, j) => {
        const g = value * (scale ?? 1);
        m[i]![j] = beta1 * m[i]![j]! + (1 - beta1) * g;
        v[i]![j] = beta2 * v[i]![j]! + (1 - beta2) * g * g;
        const corrected = m[i]![j]! / (1 - beta1 ** step);
        const root = Math.sqrt(v[i]![j]! / (1 - beta2 ** step)) + eps;
        p[i]![j] = p[i]![j]! * (1 - learningRate * weightDecays[i]!) - (learningRate * corrected) / root;
      }),
    );
    for (const [i, gradient] of gradients.entries())
      await expectClose(gradient, hosts[i]!.values, { tolerance: 0, name: 'the gradient afterwards' });
    tf.dispose([gradients, ...(gradientScale ? [gradientScale] : [])]);
  }
  for (const i of shapes.keys()) {
    await expectClose(state.parameters[i]!, p[i]!, { tolerance, name: `parameter ${i}` });
    await expectClose(state.firstMoments[i]!, m[i]!, { tolerance, name: `first moment ${i}` });
    await expectClose(state.secondMoments[i]!, v[i]!, { tolerance, name: `second moment ${i}` });
  }
  for (const [i, clone] of clones.entries())
    await expectClose(clone, normal(`parameter ${i % shapes.length}`, shapes[i % shapes.length]!).values, { tolerance: 0, name: `clone ${i}` }); // prettier-ignore
  disposeState(state);
  tf.dispose(clones);
}

async function adamWLeakTest(): Promise<void> {
  const state = makeState();
  let step = 0;
  await expectNoLeaks(() => {
    const gradients = gradientsAt(1).map(upload);
    adamW({ ...state, gradients }, { ...settings, step: ++step });
    tf.dispose(gradients);
  });
  disposeState(state);
}

async function globalNormTest(tolerance: number, hosts: Host[]): Promise<void> {
  const tensors = hosts.map(upload);
  const norm = globalNorm(tensors);
  const sum = hosts.reduce((total, { values }) => total + values.reduce((s, value) => s + value * value, 0), 0);
  await expectClose(norm, [Math.sqrt(sum)], { tolerance });
  tf.dispose([tensors, norm]);
}
