import '@tensorflow/tfjs-backend-cpu';
import { initialize, parameters } from '@ashlar/nn';
import { alibiBias, relativePositionBias } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { attend, attendPacked, CausalSelfAttention, headSize, KvCache, maskedPositions, paddingMask } from './index.js';

const random = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, 'float32', seed);
const difference = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

/** Both ways to call it: on three projections, and on those side by side. */
const ways: [name: string, call: typeof attend][] = [
  ['attend', attend],
  ['attendPacked', (q, k, v, options) => attendPacked(tf.concat([q, k, v], -1), options)],
];

type Axes = [seq: number, keySeq: number, options: { queryOffset: number }];

describe.each(ways)('%s', (_, attend) => {
  const sizes = { numHeads: 4, numKvHeads: 2 };

  it('gives the same with a cache filled in chunks as in one pass', () => {
    tf.tidy(() => {
      const [q, k, v] = [random([3, 7, 20], 1), random([3, 7, 10], 2), random([3, 7, 10], 3)];
      const whole = attend(q, k, v, sizes);
      const cache = new KvCache({ numLayers: 1, batchSize: 3, width: 10, contextLength: 9, pageSize: 3 });
      const chunks = [
        [0, 2],
        [2, 1],
        [3, 4],
      ].map(([start, length]) => {
        // prettier-ignore
        const part = (x: tf.Tensor) => tf.slice(x, [0, start!, 0], [-1, length!, -1]);
        const y = attend(part(q), part(k), part(v), { ...sizes, cache });
        cache.advance(length!);
        return y;
      });
      expect(difference(tf.concat(chunks, 1), whole)).toBeLessThan(1e-6);
      cache.dispose();
    });
  });

  it('decodes with a window, a prefix and a bias by distance as in one pass', () => {
    tf.tidy(() => {
      const [q, k, v] = [random([2, 9, 20], 1), random([2, 9, 10], 2), random([2, 9, 10], 3)];
      const table = random([8, 4], 4);
      const prefixLengths = tf.tensor1d([2, 0], 'int32');
      for (const form of [
        { window: 3 },
        { window: 2, prefixLengths },
        { distanceBias: (...axes: Axes) => alibiBias(4, ...axes) },
        { window: 4, distanceBias: (...axes: Axes) => relativePositionBias(table, ...axes) },
      ]) {
        const whole = attend(q, k, v, { ...sizes, ...form });
        expect(difference(whole, attend(q, k, v, sizes))).toBeGreaterThan(1e-3);
        const cache = new KvCache({ numLayers: 1, batchSize: 2, width: 10, contextLength: 12, pageSize: 5 });
        const steps = [0, 3, 4, 5, 6, 7, 8].map((start) => {
          const length = start === 0 ? 3 : 1; // the prefix comes at once
          const part = (x: tf.Tensor) => tf.slice(x, [0, start, 0], [-1, length, -1]);
          const y = attend(part(q), part(k), part(v), { ...sizes, ...form, cache });
          cache.advance(length);
          return y;
        });
        expect(difference(tf.concat(steps, 1), whole)).toBeLessThan(1e-6);
        cache.dispose();
      }
    });
  });

  it('does not see masked keys', () => {
    tf.tidy(() => {
      const [q, k, v] = [random([2, 5, 20], 1), random([2, 5, 10], 2), random([2, 5, 10], 3)];
      const keyMask = paddingMask([5, 3], 5);
      const masked = attend(q, k, v, { ...sizes, keyMask });
      const alone = attend(
        tf.slice(q, [1, 2, 0], [1, 3, -1]),
        tf.slice(k, [1, 2, 0], [1, 3, -1]),
        tf.slice(v, [1, 2, 0], [1, 3, -1]),
        sizes,
      );
      expect(difference(tf.slice(masked, [1, 2, 0], [1, 3, -1]), alone)).toBeLessThan(1e-6);
    });
  });

  it('keeps the texts of a packed row apart', () => {
    tf.tidy(() => {
      const [q, k, v] = [random([1, 7, 20], 1), random([1, 7, 10], 2), random([1, 7, 10], 3)];
      const segments = tf.tensor2d([[0, 0, 0, 4, 4, 4, 4]], [1, 7], 'int32');
      const part = (x: tf.Tensor, start: number, length: number) => tf.slice(x, [0, start, 0], [1, length, -1]);
      const alone = ([[0, 3], [3, 4]] as const).map(([start, length]) => {
        const [pq, pk, pv] = [q, k, v].map((x) => part(x, start, length)) as [tf.Tensor, tf.Tensor, tf.Tensor];
        return attend(pq, pk, pv, sizes);
      }); // prettier-ignore
      expect(difference(attend(q, k, v, { ...sizes, segments }), tf.concat(alone, 1))).toBeLessThan(1e-6);
    });
  });

  it('shows its weights, which sum to one', () => {
    tf.tidy(() => {
      let weights: tf.Tensor | undefined;
      const [q, k] = [random([2, 5, 20], 1), random([2, 5, 10], 2)];
      attend(q, k, k, {
        ...sizes,
        trace: (path, value) => void (expect(path).toBe('attn.weights'), (weights = value)),
      });
      expect(weights!.shape).toEqual([2, 4, 5, 5]);
      expect(difference(tf.sum(weights!, -1), tf.ones([2, 4, 5]))).toBeLessThan(1e-6);
    });
  });

  it('shows the weights of the tokens a cache holds, not of its free room', () => {
    tf.tidy(() => {
      const shapes: number[][] = [];
      const [q, k] = [random([2, 2, 20], 1), random([2, 2, 10], 2)];
      const cache = new KvCache({ numLayers: 1, batchSize: 2, width: 10, contextLength: 9 });
      for (let i = 0; i < 2; i++) {
        attend(q, k, k, { ...sizes, cache, trace: (_, value) => void shapes.push(value.shape) });
        cache.advance(2);
      }
      expect(shapes).toEqual([[2, 4, 2, 2], [2, 4, 2, 4]]); // prettier-ignore
      cache.dispose();
    });
  });

  it('refuses a cache where later tokens are seen, or beside a key mask', () => {
    tf.tidy(() => {
      const x = tf.ones([1, 2, 20]);
      const cache = new KvCache({ numLayers: 1, batchSize: 1, width: 20, contextLength: 9 });
      const refused = 'attend: a cache needs causal attention and knows its own padding';
      expect(() => attend(x, x, x, { numHeads: 2, cache, causal: false })).toThrow(refused);
      expect(() => attend(x, x, x, { numHeads: 2, cache, keyMask: paddingMask([1], 2) })).toThrow(refused);
      const segments = tf.zeros([1, 2], 'int32');
      expect(() => attend(x, x, x, { numHeads: 2, cache, segments })).toThrow('attend: segments are for whole rows');
    });
  });
});

describe('masks', () => {
  it('cover padding on either side', () => {
    tf.tidy(() => {
      expect(paddingMask([1, 3], 3).arraySync()).toEqual([[0, 0, 1], [1, 1, 1]]); // prettier-ignore
      expect(paddingMask([1, 3], 3, { side: 'right' }).arraySync()).toEqual([[1, 0, 0], [1, 1, 1]]); // prettier-ignore
    });
  });

  it('count positions from the first real token', () => {
    tf.tidy(() => {
      // prettier-ignore
      expect(maskedPositions(paddingMask([2, 4], 4)).arraySync()).toEqual([[0, 0, 0, 1], [0, 1, 2, 3]]);
    });
  });
});

describe('CausalSelfAttention', () => {
  const config = { hiddenSize: 12, numHeads: 4, numKvHeads: 2 };

  it("has Llama's parameter names", () => {
    using attention = new CausalSelfAttention(config);
    expect([...parameters(attention)].map(([path, { shape }]) => `${path} ${shape}`)).toEqual([
      'k_proj.weight 6,12',
      'o_proj.weight 12,12',
      'q_proj.weight 12,12',
      'v_proj.weight 6,12',
    ]);
  });

  it('is causal: a later token changes no earlier output', () => {
    using attention = initialize(new CausalSelfAttention(config), { seed: 5 });
    tf.tidy(() => {
      const x = random([1, 6, 12], 4);
      const changed = tf.concat([tf.slice(x, [0, 0, 0], [1, 5, 12]), random([1, 1, 12], 9)], 1);
      const [a, b] = [attention.forward(x), attention.forward(changed)];
      const head = (y: tf.Tensor) => tf.slice(y, [0, 0, 0], [1, 5, 12]);
      expect(difference(head(a), head(b))).toBe(0);
      expect(difference(a, b)).toBeGreaterThan(0);
    });
  });

  it.each([{}, { window: 3 }])('decodes with its cache as without, %o', (options) => {
    using attention = initialize(new CausalSelfAttention({ ...config, ...options }), { seed: 5 });
    tf.tidy(() => {
      const x = random([2, 6, 12], 4);
      const cache = new KvCache({ numLayers: 1, batchSize: 2, width: 6, contextLength: 6 });
      const steps = [0, 1, 2, 3, 4, 5].map((i) => attention.forward(tf.slice(x, [0, i, 0], [2, 1, 12]), { cache }));
      expect(difference(tf.concat(steps, 1), attention.forward(x))).toBeLessThan(1e-6);
      cache.dispose();
    });
  });

  it('with a window does not see what lies before it', () => {
    using attention = initialize(new CausalSelfAttention({ ...config, window: 3 }), { seed: 5 });
    tf.tidy(() => {
      const x = random([1, 6, 12], 4);
      const changed = tf.concat([random([1, 1, 12], 9), tf.slice(x, [0, 1, 0], [1, 5, 12])], 1);
      const moved = tf.max(tf.abs(tf.sub(attention.forward(x), attention.forward(changed))), -1).dataSync();
      expect([...moved].map((distance) => distance > 0)).toEqual([true, true, true, false, false, false]);
    });
  });

  it('says what does not fit', () => {
    expect(() => headSize(65, 4)).toThrow('Attention: hiddenSize (65) must be a multiple of numHeads (4)');
    expect(() => new CausalSelfAttention({ hiddenSize: 12, numHeads: 4, numKvHeads: 3 })).toThrow(
      'Attention: numHeads (4) must be a multiple of numKvHeads (3)',
    );
  });
});
