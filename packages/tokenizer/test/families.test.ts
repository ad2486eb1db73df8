import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../src/tokenizer.js';
import type { TokenizerJson } from '../src/types.js';
import { readFixture } from './fixture.js';

interface Fixture {
  tokenizer: TokenizerJson;
  cases: {
    text: string;
    ids: number[];
    tokens: string[];
    offsets: number[];
    typeIds: number[];
    words: (number | null)[];
    decoded: string;
    skipped: string;
  }[];
  fuzz: { text: string; ids: number[]; offsets: number[]; decoded: string }[];
  pairs: {
    texts: [string, string];
    ids: number[];
    offsets: number[];
    typeIds: number[];
    sequences: (number | null)[];
    special: number[];
  }[];
}

const families = ['gpt2', 'roberta', 'smollm2', 'llama3', 'qwen2', 'llama2', 'mistral', 'gemma', 'bert', 't5'];
const options = { specialTokens: 'allow', offsetUnit: 'codePoints' } as const;

describe.each(families)('a tokenizer.json in the style of %s', (name) => {
  const fixture = readFixture<Fixture>(name);
  const tokenizer = Tokenizer.fromJSON(fixture.tokenizer);

  it('gives the ids, tokens, offsets, types and words of the reference', () => {
    const ours = fixture.cases.map(({ text }) => {
      const { ids, tokens, offsets, typeIds, wordIds } = tokenizer.encoding(text, options);
      return { text, ids, tokens, offsets: offsets.flat(), typeIds, words: wordIds };
    });
    expect(ours).toEqual(fixture.cases.map(({ decoded: _, skipped: __, ...rest }) => rest));
    expect(fixture.cases.map(({ text }) => tokenizer.encode(text, options))).toEqual(ours.map(({ ids }) => ids));
  });

  it('gives its ids and offsets on random mixtures', () => {
    const ours = fixture.fuzz.map(({ text }) => {
      const { ids, offsets } = tokenizer.encoding(text, options);
      return { text, ids, offsets: offsets.flat() };
    });
    expect(ours).toEqual(fixture.fuzz.map(({ text, ids, offsets }) => ({ text, ids, offsets })));
    expect(fixture.fuzz.map(({ text }) => tokenizer.encode(text, options))).toEqual(ours.map(({ ids }) => ids));
  });

  it('puts pairs together as the reference does', () => {
    for (const { texts, ids, offsets, typeIds, sequences, special } of fixture.pairs) {
      const encoding = tokenizer.encoding(texts[0], { ...options, pair: texts[1] });
      expect({ ...encoding, offsets: encoding.offsets.flat() }).toMatchObject({
        ...{ ids, offsets, typeIds },
        sequenceIds: sequences,
        specialTokensMask: special,
      });
    }
  });

  it('decodes to its texts', () => {
    const all = [...fixture.cases, ...fixture.fuzz];
    expect(all.map(({ ids }) => tokenizer.decode(ids))).toEqual(all.map(({ decoded }) => decoded));
    for (const { text, skipped } of fixture.cases) {
      const ids = tokenizer.encode(text, { ...options, addSpecialTokens: false });
      expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(skipped);
    }
  });

  it('writes the file it was read from', () => {
    expect(JSON.parse(JSON.stringify(tokenizer.toJSON()))).toEqual(fixture.tokenizer);
  });

  it('takes a lone surrogate for U+FFFD', () => {
    expect(tokenizer.encode('a\ud800b \udc00')).toEqual(tokenizer.encode('a\ufffdb \ufffd'));
  });
});
