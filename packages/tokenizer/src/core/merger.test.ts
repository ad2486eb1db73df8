import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PairMerger } from './pair-merger.js';

/** Merges as the definition says: the lowest rank anywhere, the leftmost of equals, until none is left. */
function byDefinition(
  symbols: readonly number[],
  merges: ReadonlyMap<string, [rank: number, merged: number]>,
): number[] {
  const ids = [...symbols];
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let i = 0; i + 1 < ids.length; i++) {
      const [rank] = merges.get(`${ids[i]},${ids[i + 1]}`) ?? [Infinity];
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return ids;
    ids.splice(at, 2, merges.get(`${ids[at]},${ids[at + 1]}`)![1]);
  }
}

/** A vocabulary of `letters` symbols and merges of any two tokens before; ranks in any order. */
const grammar = (letters: number) =>
  fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 40 }).map((draws) => {
    const pairs = new Map<string, number>();
    draws.forEach(([a, b], i) => pairs.set(`${a % (letters + i)},${b % (letters + i)}`, letters + i));
    return [...pairs]
      .map(([pair, merged], i) => ({ pair, merged, order: draws[i]![2] }))
      .sort((x, y) => x.order - y.order);
  });

function check(symbols: readonly number[], listed: readonly { pair: string; merged: number }[]): void {
  const merger = new PairMerger(
    Int32Array.from(listed.flatMap(({ pair, merged }) => [...pair.split(',').map(Number), merged])),
  );
  merger.room(symbols.length).set(symbols);
  const count = merger.merge(symbols.length);
  const expected = byDefinition(symbols, new Map(listed.map(({ pair, merged }, rank) => [pair, [rank, merged]])));
  expect([...merger.ids.subarray(0, count)]).toEqual(expected);
  expect(merger.places[count]).toBe(symbols.length);
}

describe('Merger', () => {
  it('merges pieces of any length as the definition says', () => {
    const pieces = grammar(3).chain((listed) =>
      fc.tuple(
        fc.constant(listed),
        fc.array(fc.nat(2), { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 1, max: 60 }),
      ),
    );
    fc.assert(
      fc.property(pieces, ([listed, period, times]) => {
        check(Array<number[]>(times).fill(period).flat(), listed);
      }),
      { numRuns: 150, seed: 1 },
    );
  }, 60_000);

  it('merges a piece in which the last symbol decides over the first', () => {
    // i, i + 1 merges before i - 1, i: whether a symbol goes with the one before it is told from the end
    const n = 3000;
    const listed = Array.from({ length: n - 1 }, (_, i) => ({ pair: `${n - 2 - i},${n - 1 - i}`, merged: n + i }));
    const symbols = Array.from({ length: n }, (_, i) => i);
    check(symbols, listed);
    check(symbols.slice(0, -1), listed);
  });
});
