import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationBatches, ignoreIndex, TokenDataset } from './index.js';

const { batches } = JSON.parse(readFileSync(new URL('../test/fixtures/data.json', import.meta.url), 'utf8')) as {
  batches: {
    seed: number;
    step: number;
    batchSize: number;
    length: number;
    contextLength: number;
    offsets: number[];
  }[];
};

/** Tokens that say where they stand. */
const counting = (length: number) => Int32Array.from({ length }, (_, i) => i);

describe('TokenDataset.batch', () => {
  it.each(batches)('starts its rows where Python does: seed $seed, step $step', (expected) => {
    const { seed, step, batchSize, length, contextLength, offsets } = expected;
    const batch = new TokenDataset(counting(length), { contextLength }).batch(step, batchSize, seed);
    expect(batch).toMatchObject({ batchSize, seqLength: contextLength });
    const starts = offsets.map((_, row) => batch.inputIds[row * contextLength]);
    expect(starts).toEqual(offsets);
    // the token of each position is its place in the text: inputs run on, targets are one further
    for (let i = 0; i < batch.inputIds.length; i++) {
      expect(batch.inputIds[i]).toBe(offsets[Math.floor(i / contextLength)]! + (i % contextLength));
      expect(batch.targets[i]).toBe(batch.inputIds[i]! + 1);
    }
  });

  it('takes every kind of token list', () => {
    const ids = [5, 6, 7, 8];
    for (const given of [ids, Uint8Array.from(ids), Uint16Array.from(ids), Uint32Array.from(ids)]) {
      const { inputIds, targets } = new TokenDataset(given, { contextLength: 3 }).batch(0, 1, 1);
      expect([[...inputIds], [...targets]]).toEqual([
        [5, 6, 7],
        [6, 7, 8],
      ]);
    }
  });

  it('reaches the last token as well as the first', () => {
    const data = new TokenDataset(counting(6), { contextLength: 4 });
    const starts = Array.from({ length: 40 }, (_, step) => data.batch(step, 1, 3).inputIds[0]);
    expect(new Set(starts)).toEqual(new Set([0, 1]));
  });
});

describe('evaluation', () => {
  const sizes = fc.record({
    length: fc.integer({ min: 2, max: 60 }),
    contextLength: fc.integer({ min: 1, max: 20 }),
    batchSize: fc.integer({ min: 1, max: 9 }),
  });

  it('counts every target exactly once, whatever the sizes', () => {
    fc.assert(
      fc.property(sizes, ({ length, contextLength, batchSize }) => {
        const counted: number[] = [];
        for (const batch of evaluationBatches(counting(length), { contextLength, batchSize })) {
          expect(batch.batchSize).toBeLessThanOrEqual(batchSize);
          expect(batch.inputIds.length).toBe(batch.batchSize * contextLength);
          batch.targets.forEach((target, i) => {
            if (target === ignoreIndex) return;
            expect(batch.inputIds[i]).toBe(target - 1);
            counted.push(target);
          });
        }
        expect(counted).toEqual([...counting(length).subarray(1)]);
      }),
    );
  });

  it('of a data set has its context length', () => {
    const batches = [...new TokenDataset(counting(100), { contextLength: 8 }).evaluationBatches(4)];
    expect(batches.map(({ batchSize }) => batchSize)).toEqual([4, 4, 4, 1]);
    expect([...batches[3]!.targets]).toEqual([97, 98, 99, ...new Array<number>(5).fill(ignoreIndex)]);
  });
});

describe('wrong input gets a sentence', () => {
  it('a text shorter than the context', () => {
    expect(() => new TokenDataset(counting(64), { contextLength: 64, name: 'the held-out part' })).toThrow(
      'the held-out part has 64 tokens, too few for a context of 64, which needs 65',
    );
    expect(new TokenDataset(counting(65), { contextLength: 64 }).length).toBe(65);
    expect(() => [...evaluationBatches([3], { contextLength: 4, batchSize: 1 })]).toThrow(
      'two tokens or more, found 1',
    );
  });

  it('a token outside the vocabulary', () => {
    expect(() => new TokenDataset([0, 1, 65, 2], { contextLength: 2, vocabSize: 65 })).toThrow(
      'the text has the token 65 at 2, outside the vocabulary of 65',
    );
    expect(() => new TokenDataset([0, -1, 2], { contextLength: 2 })).toThrow('the text has the token -1 at 1');
  });

  it.each([0, -1, 1.5, NaN])('a size of %d', (size) => {
    expect(() => new TokenDataset([1, 2], { contextLength: size })).toThrow(`from 1 on, found ${size}`);
    expect(() => new TokenDataset([1, 2], { contextLength: 1 }).batch(0, size, 0)).toThrow('batchSize must be');
    expect(() => [...evaluationBatches([1, 2], { contextLength: 1, batchSize: size })]).toThrow('batchSize must be');
  });
});
