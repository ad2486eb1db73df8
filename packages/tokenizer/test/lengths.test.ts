import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../src/tokenizer.js';
import type { Encoding, TokenizerJson, Truncation } from '../src/types.js';
import { readFixture } from './fixture.js';

interface Fixture {
  base: TokenizerJson;
  batches: (string | [string, string])[][];
  /** `null` where the reference refuses. */
  windows: [text: string, cuts: [Truncation, [ids: number[], offsets: number[]][]][]][];
  entries: { over: Partial<TokenizerJson>; batches: (unknown[] | null)[] }[];
}

const { base, batches, entries, windows } = readFixture<Fixture>('lengths');

const plain = (e: Encoding): unknown[] => [
  e.ids,
  e.offsets.flat(),
  e.typeIds,
  e.attentionMask,
  e.specialTokensMask,
  e.sequenceIds,
];

describe('truncation and padding of a tokenizer.json', () => {
  const title = ({ over }: Fixture['entries'][number]) => JSON.stringify([over.truncation, over.padding]);

  it.each(entries.map((entry) => [title(entry), entry] as const))('%s', (_, { over, batches: expected }) => {
    const tokenizer = Tokenizer.fromJSON({ ...base, ...over });
    batches.forEach((batch, i) => {
      const encode = () => tokenizer.encodeBatch(batch, { offsetUnit: 'codePoints' }).map(plain);
      if (expected[i] === null) expect(encode).toThrow('truncation: ');
      else expect(encode()).toEqual(expected[i]);
    });
    expect(JSON.parse(JSON.stringify(tokenizer.toJSON()))).toEqual({ ...base, ...over });
  });

  it.each(windows)('keeps what it cuts off %j in windows', (text, cuts) => {
    const tokenizer = Tokenizer.fromJSON({ ...base, post_processor: null });
    for (const [truncation, expected] of cuts) {
      const encoding = tokenizer.encoding(text, { truncation, offsetUnit: 'codePoints' });
      const ours = [encoding, ...encoding.overflowing].map(({ ids, offsets }) => [ids, offsets.flat()]);
      expect({ truncation, ours }).toEqual({ truncation, ours: expected });
    }
  });
});
