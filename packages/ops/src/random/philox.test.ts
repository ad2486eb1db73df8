import { describe, expect, it } from 'vitest';
import fixtures from './fixtures/random.json' with { type: 'json' };
import { philox4x32, type Words2, type Words4 } from './philox.js';
import { RandomStream } from './random-stream.js';
import { fnv1a64, seedWords } from './seed.js';

describe('philox4x32', () => {
  it.each(fixtures.philox4x32)(
    'gives the published words for counter $counter and key $key',
    ({ counter, key, words }) => {
      expect(philox4x32(counter as Words4, key as Words2)).toEqual(words);
    },
  );
});

describe('RandomStream', () => {
  it.each(fixtures.streams)('agrees with Python for seed $seed and stream $name', (fixture) => {
    const stream = new RandomStream(fixture.seed, fixture.name);
    const [low, high] = fnv1a64(fixture.name);
    expect(high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')).toBe(fixture.hash);
    expect(fixture.indices.map((i) => stream.uint32(i))).toEqual(fixture.uint32);
    expect(fixture.indices.map((i) => stream.uniform(i))).toEqual(fixture.uniform);
    const normals = stream.normalArray(10);
    fixture.normal.forEach((value, i) => expect(Math.abs(normals[i]! - value)).toBeLessThan(3e-7));
    const { mean, std, values } = fixture.initialValue;
    expect([...stream.normalArray(values.length, { mean, std })]).toEqual(values.map(Math.fround));
  });

  it.each(fixtures.batches)(
    'gives the batch offsets of step $step',
    ({ seed, step, batchSize, length, contextLength, offsets }) => {
      const stream = new RandomStream(seed, 'data/train');
      const found = offsets.map((_, row) =>
        Math.floor(stream.uniform(step * batchSize + row) * (length - contextLength)),
      );
      expect(found).toEqual(offsets);
    },
  );

  it('fills any length', () => {
    const stream = new RandomStream(1, 'x');
    const long = stream.uniformArray(11, { min: -2, max: 3 });
    for (const n of [0, 1, 3, 5, 8]) expect(stream.uniformArray(n, { min: -2, max: 3 })).toEqual(long.slice(0, n));
    expect(Math.min(...long)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...long)).toBeLessThan(3);
  });

  it.each([-1, 1.5, 2 ** 53, NaN])('refuses the seed %d', (seed) => {
    expect(() => seedWords(seed)).toThrow(RangeError);
  });
});
