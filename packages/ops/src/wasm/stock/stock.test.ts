import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { wasm } from '../index.js';
import { largestDifference, numbers } from '../fuzz/kernel-test-memory.js';

const random = numbers(7);

beforeAll(async () => {
  await wasm().activate();
});

const values = (shape: number[]) => random(tf.util.sizeFromShape(shape));

/** Runs `f` on tfjs's cpu backend and on wasm and returns both results. */
async function onBoth(f: () => tf.Tensor): Promise<{ cpu: tf.Tensor; wasm: tf.Tensor }> {
  await tf.setBackend('cpu');
  const cpu = f();
  cpu.dataSync();
  await tf.setBackend('wasm');
  return { cpu, wasm: f() };
}

async function agrees(f: () => tf.Tensor, tolerance = 1e-5): Promise<void> {
  const result = await onBoth(f);
  expect(result.wasm.shape).toEqual(result.cpu.shape);
  expect(result.wasm.dtype).toBe(result.cpu.dtype);
  expect(largestDifference(result.wasm.dataSync(), result.cpu.dataSync())).toBeLessThanOrEqual(tolerance);
}

test.each([
  [
    [5, 3],
    [3, 4],
  ],
  [
    [2, 5, 3],
    [2, 3, 4],
  ],
  [
    [2, 5, 3],
    [3, 4],
  ],
  [
    [5, 3],
    [2, 3, 4],
  ],
  [
    [2, 3, 5, 3],
    [2, 3, 3, 4],
  ],
])('matMul %o x %o, all transposes', async (shapeA, shapeB) => {
  const [a, b] = [values(shapeA), values(shapeB)];
  const swap = (shape: number[], yes: boolean) => (yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape);
  for (const ta of [false, true])
    for (const tb of [false, true])
      await agrees(() => tf.matMul(tf.tensor(a, swap(shapeA, ta)), tf.tensor(b, swap(shapeB, tb)), ta, tb));
});

test('matMul broadcasts batch axes on both sides', () => {
  const [a, b] = [values([2, 1, 3, 4]), values([5, 4, 2])];
  const out = tf.matMul(tf.tensor(a, [2, 1, 3, 4]), tf.tensor(b, [5, 4, 2]));
  expect(out.shape).toEqual([2, 5, 3, 2]);
  const one = tf.matMul(tf.tensor(a.slice(12), [3, 4]), tf.tensor(b.slice(24, 32), [4, 2]));
  expect(largestDifference(tf.slice(out, [1, 3, 0, 0], [1, 1, 3, 2]).dataSync(), one.dataSync())).toBe(0);
});

test('matMul sees a weight that was written in place', () => {
  const x = tf.tensor2d([[1, 2]]);
  const weight = tf.tensor2d([[1], [1]]);
  expect(tf.matMul(x, weight).dataSync()[0]).toBe(3);
  const backend = tf.backend() as unknown as { typedArrayFromHeap(t: tf.TensorInfo): Float32Array };
  backend.typedArrayFromHeap(weight).fill(5);
  expect(tf.matMul(x, weight).dataSync()[0]).toBe(15);
});

test.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const)(
  'fused.matMul with bias and %s, transposed and batched',
  async (activation) => {
    const [a, b, bias, alpha] = [values([2, 60, 5]), values([2, 3, 60]), values([3]), values([3])];
    await agrees(() =>
      tf.fused.matMul({
        a: tf.tensor(a, [2, 60, 5]),
        b: tf.tensor(b, [2, 3, 60]),
        transposeA: true,
        transposeB: true,
        bias: tf.tensor1d(bias),
        activation,
        leakyreluAlpha: 0.3,
        preluActivationWeights: tf.tensor1d(alpha),
      }),
    );
  },
);

test('fused.matMul takes a bias that broadcasts otherwise', async () => {
  const [a, b] = [values([4, 3]), values([3, 2])];
  for (const shape of [[1], [4, 1], [4, 2], []])
    await agrees(() =>
      tf.fused.matMul({ a: tf.tensor(a, [4, 3]), b: tf.tensor(b, [3, 2]), bias: tf.fill(shape, 0.5) }),
    );
});

test('oneHot of every dtype, with any values and indices outside', async () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const)
    await agrees(
      () =>
        tf.oneHot(
          tf.tensor2d(
            [
              [0, 2],
              [-1, 5],
            ],
            [2, 2],
            'int32',
          ),
          4,
          1,
          0,
          dtype,
        ),
      0,
    );
  await agrees(() => tf.oneHot(tf.tensor1d([1], 'int32'), 3, 0.25, -1.5, 'float32'), 0);
});

test('gather with and without batch axes', async () => {
  const x = values([2, 3, 4, 2]);
  for (const [axis, batchDims, indices, shape] of [
    [1, 1, [0, 2, 1, 1], [2, 2]],
    [2, 1, [0, 3, 1, 1], [2, 2]],
    [2, 2, [0, 3, 1, 1, 2, 0], [2, 3]],
    [0, 0, [1, 0, 1], [3]],
    [3, 0, [1], []],
  ] as const)
    await agrees(
      () => tf.gather(tf.tensor(x, [2, 3, 4, 2]), tf.tensor([...indices], [...shape], 'int32'), axis, batchDims),
      0,
    );
  expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([2], 'int32'))).toThrow('2 is not in [0, 1]');
});

test('casts', async () => {
  const x = [0.3, 2, 0, -1.7, NaN];
  for (const dtype of ['bool', 'int32', 'float32'] as const) await agrees(() => tf.cast(tf.tensor1d(x), dtype), 0);
  await agrees(() => tf.cast(tf.tensor1d([3, 0, -2], 'int32'), 'bool'), 0);
});

test('unsortedSegmentSum drops ids outside', async () => {
  const x = values([2, 3, 4]);
  const ids = [1, 0, -1, 4, 1, 6];
  await agrees(() => tf.unsortedSegmentSum(tf.tensor(x, [6, 4]), tf.tensor1d(ids, 'int32'), 6));
  const counts = tf.unsortedSegmentSum(tf.tensor1d([1, 2, 3], 'int32'), tf.tensor1d([2, 0, 2], 'int32'), 3);
  expect(counts.dtype).toBe('int32');
  expect(Array.from(counts.dataSync())).toEqual([2, 0, 4]);
});

test('transpose of any rank', async () => {
  for (const [shape, perm] of [
    [
      [2, 3, 4, 5, 6],
      [2, 0, 3, 1, 4],
    ],
    [
      [2, 3, 4, 5, 6],
      [4, 3, 2, 1, 0],
    ],
    [
      [2, 1, 3, 4],
      [0, 2, 1, 3],
    ],
    [
      [7, 9],
      [1, 0],
    ],
    [
      [1, 9, 1],
      [2, 1, 0],
    ],
    [
      [3, 4, 5],
      [0, 2, 1],
    ],
    [
      [2, 3, 4, 5],
      [2, 3, 0, 1],
    ],
    [
      [2, 2, 2, 2, 2, 2],
      [5, 0, 3, 1, 4, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
  ] as const) {
    const x = values([...shape]);
    await agrees(() => tf.transpose(tf.tensor(x, [...shape]), [...perm]), 0);
    await agrees(
      () =>
        tf.transpose(
          tf.tensor(
            Int32Array.from(x, (v) => 9 * v),
            [...shape],
            'int32',
          ),
          [...perm],
        ),
      0,
    );
    await agrees(() => tf.transpose(tf.greater(tf.tensor(x, [...shape]), 0), [...perm]), 0);
  }
});

test('sum over every set of axes', async () => {
  const shape = [3, 130, 5, 21];
  const x = values(shape);
  for (const axes of [[0], [1], [2], [3], [0, 1], [1, 2], [2, 3], [0, 2], [0, 1, 2], [-1, -2], [], [0, 1, 2, 3]])
    for (const keepDims of [false, true]) await agrees(() => tf.sum(tf.tensor(x, shape), axes, keepDims), 2e-4);
  await agrees(() => tf.sum(tf.tensor1d([1, 2, 3], 'int32')), 0);
  await agrees(() => tf.sum(tf.tensor1d([true, true, false], 'bool')), 0);
  await agrees(() => tf.sum(tf.zeros([0, 3]), 0), 0);
});

test('clones share the buffer until one of them is disposed', () => {
  const x = tf.tensor1d([1, 2, 3]);
  const copy = tf.clone(x);
  const variable = tf.variable(copy);
  expect(tf.backend().refCount(x.dataId)).toBe(3);
  x.dispose();
  copy.dispose();
  variable.assign(tf.tensor1d([4, 5, 6]));
  expect(Array.from(variable.dataSync())).toEqual([4, 5, 6]);
  variable.dispose();
});

test('an allocation beyond the heap throws and leaves the backend usable', () => {
  expect(() => tf.zeros([2 ** 30])).toThrow('wasm: out of memory: 4096.0 MiB');
  expect(() => tf.zeros([2 ** 30 - 1])).toThrow('wasm: out of memory: 4096.0 MiB');
  expect(tf.add(1, 2).dataSync()[0]).toBe(3);
});

test('a second activation keeps one device and one set of kernels', async () => {
  const kernel = tf.getKernel(tf.BatchMatMul, 'wasm');
  await wasm().activate();
  expect(tf.getKernel(tf.BatchMatMul, 'wasm')).toBe(kernel);
});

test('split and concat along every axis', async () => {
  const x = values([4, 6, 5]);
  for (const [axis, sizes] of [
    [0, [1, 3]],
    [1, [2, 0, 4]],
    [1, 3],
    [2, [1, 4]],
    [-1, 5],
  ] as [number, number | number[]][])
    await agrees(() => {
      const parts = tf.split(tf.tensor(x, [4, 6, 5]), sizes, axis);
      return tf.concat([...parts.slice(1), parts[0]!], axis);
    }, 0);
  await agrees(() => tf.concat(tf.split(tf.greater(tf.tensor(x, [4, 6, 5]), 0), 2, 1).reverse(), 1), 0);
});

test('slices', async () => {
  const x = values([4, 6, 5]);
  for (const [begin, size] of [
    [[1], [2]],
    [
      [0, 2, 1],
      [4, 3, 2],
    ],
    [
      [3, 0, 4],
      [1, -1, 1],
    ],
    [
      [0, 5, 0],
      [4, 1, 5],
    ],
    [
      [1, 1, 1],
      [2, 0, 2],
    ],
    [
      [2, 3, 4],
      [1, 1, 1],
    ],
  ] as [number[], number[]][])
    for (const dtype of ['float32', 'int32', 'bool'] as const)
      await agrees(
        () =>
          tf.slice(
            tf.cast(
              tf.tensor(
                x.map((v) => 9 * v),
                [4, 6, 5],
              ),
              dtype,
            ),
            begin,
            size,
          ),
        0,
      );
  expect(() => tf.slice(tf.tensor1d([1, 2]), 1, 2)).toThrow();
});

test('tiles', async () => {
  const x = values([3, 1, 4]);
  for (const reps of [
    [1, 1, 1],
    [2, 1, 1],
    [1, 3, 1],
    [1, 1, 2],
    [2, 3, 2],
    [0, 1, 1],
  ])
    for (const dtype of ['float32', 'bool'] as const)
      await agrees(() => tf.tile(tf.cast(tf.tensor(x, [3, 1, 4]), dtype), reps), 0);
  await agrees(() => tf.tile(tf.tensor(x.slice(0, 1), [1, 1]), [5, 7]), 0);
});
