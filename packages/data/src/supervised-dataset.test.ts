import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtures, rowsOf } from '../test/stone-tokenizer.js';
import { ignoreIndex, SupervisedDataset, type SupervisedExample } from './index.js';

/** An example of `length` tokens that are `number`; the first half is the prompt. */
const example = (number: number, length: number): SupervisedExample => ({
  inputIds: new Int32Array(length).fill(number),
  labels: Int32Array.from({ length }, (_, i) => (i < length / 2 ? ignoreIndex : number)),
});
const examplesOf = ({ examples }: (typeof fixtures.supervised)[0]): SupervisedExample[] =>
  examples.map(({ inputIds, labels }) => ({ inputIds: Int32Array.from(inputIds), labels: Int32Array.from(labels) }));
/** Labels as targets: those of the next token. */
const shifted = (labels: number[]) => [...labels.slice(1), ignoreIndex];
const filled = (row: number[], width: number, value: number) => [
  ...row,
  ...new Array<number>(width - row.length).fill(value),
];

describe('SupervisedDataset', () => {
  it.each(fixtures.supervised)('fills rows as TRL does, by position: $name', (fixture) => {
    const { maxLength: contextLength, padTokenId, batch } = fixture;
    const data = new SupervisedDataset(examplesOf(fixture), { contextLength, padTokenId });
    const [found, ...more] = [...data.evaluationBatches(100)];
    expect(more).toEqual([]);
    expect(rowsOf(found!.inputIds, found!.seqLength)).toEqual(batch.inputIds);
    expect(rowsOf(found!.targets, found!.seqLength)).toEqual(batch.labels.map(shifted));
  });

  it.each(fixtures.supervised)('packs as TRL does, with restarted positions: $name', (fixture) => {
    const { maxLength: contextLength, padTokenId, packed } = fixture;
    const data = new SupervisedDataset(examplesOf(fixture), { contextLength, padTokenId, packing: true });
    expect(data).toMatchObject({ size: packed.length, numExamples: fixture.examples.length, dropped: 0 });
    const [found] = [...data.evaluationBatches(100)];
    const rows = (array: ArrayLike<number>) => rowsOf(array, found!.seqLength);
    const expected = (row: (typeof packed)[0] extends infer R ? keyof R : never, value: number) =>
      packed.map((one) => filled(one[row], found!.seqLength, value));
    expect(rows(found!.inputIds)).toEqual(expected('inputIds', padTokenId));
    expect(rows(found!.positions!)).toEqual(expected('positions', 0));
    expect(rows(found!.targets)).toEqual(expected('labels', ignoreIndex).map(shifted));
    const segments = packed.map(({ lengths }) => lengths.flatMap((length, i) => new Array<number>(length).fill(i + 1)));
    expect(rows(found!.segments!)).toEqual(segments.map((row) => filled(row, found!.seqLength, 0)));
  });

  it('lets no target cross from one example into another, and counts each once', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 20 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lengths, (all) => {
        const examples = all.map((length, i) => example(i + 1, length));
        const data = new SupervisedDataset(examples, { contextLength: 20, padTokenId: 0, packing: true });
        const counted = new Map<number, number>();
        for (const { inputIds, targets, segments, positions } of data.evaluationBatches(3))
          targets.forEach((target, i) => {
            if (target === ignoreIndex) return;
            expect([inputIds[i], segments![i + 1], positions![i + 1]]).toEqual([
              target,
              segments![i],
              positions![i]! + 1,
            ]);
            counted.set(target, (counted.get(target) ?? 0) + 1);
          });
        const learnt = (labels: Int32Array) => labels.subarray(1).filter((label) => label !== ignoreIndex).length;
        expect([...counted].sort(([a], [b]) => a - b)).toEqual(
          examples.map(({ labels }, i) => [i + 1, learnt(labels)]),
        );
      }),
    );
  });

  it.each(fixtures.permutations)(
    'takes rows in an order that Python knows: epoch $epoch',
    ({ seed, epoch, size, order }) => {
      const examples = Array.from({ length: size }, (_, i) => example(i, 2));
      const batch = new SupervisedDataset(examples, { contextLength: 2, padTokenId: 0 }).batch(epoch, size, seed);
      expect(rowsOf(batch.inputIds, batch.seqLength).map(([first]) => first)).toEqual(order);
    },
  );

  it('takes each row once an epoch, and a batch depends on step and seed alone', () => {
    const make = () =>
      new SupervisedDataset(
        Array.from({ length: 7 }, (_, i) => example(i, 2)),
        { contextLength: 2, padTokenId: 0 },
      );
    const rows = (step: number, data = make()) => rowsOf(data.batch(step, 3, 5).inputIds, 2).map(([first]) => first!);
    const used = make();
    const all = Array.from({ length: 7 }, (_, step) => rows(step, used)).flat();
    for (let epoch = 0; epoch < 3; epoch++)
      expect(all.slice(7 * epoch, 7 * epoch + 7).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(rows(5)).toEqual(all.slice(15, 18));
    expect(rows(2, used)).toEqual(all.slice(6, 9));
  });

  it('counts what was dropped, and says when nothing is left', () => {
    const options = { contextLength: 4, padTokenId: 0, name: 'pairs.jsonl' };
    expect(new SupervisedDataset([null, example(1, 4), null], options)).toMatchObject({ size: 1, dropped: 2 });
    expect(() => new SupervisedDataset([null, null], options)).toThrow(
      'pairs.jsonl: every completion was cut off; none of 2 rows has a token left to learn',
    );
    expect(() => new SupervisedDataset([], options)).toThrow('pairs.jsonl: there are none');
    expect(() => new SupervisedDataset([example(1, 5)], options)).toThrow(
      'pairs.jsonl: one has 5 tokens, more than the context of 4',
    );
    const [cut] = [...new SupervisedDataset([example(1, 5)], { ...options, packing: true }).evaluationBatches(1)];
    expect([...cut!.targets]).toEqual([ignoreIndex, ignoreIndex, 1, ignoreIndex]);
  });
});
