import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../src/tokenizer.js';
import type { Json, TokenizerJson } from '../src/types.js';
import { readFixture } from './fixture.js';

interface Fixture {
  base: TokenizerJson;
  texts: string[];
  entries: { spec: Partial<TokenizerJson>; cases: [ids: number[], offsets: number[], words: number[]][] }[];
  chains: string[][];
  /** `null` where the reference crashes. */
  decoders: { spec: Json; texts: (string | null)[] }[];
}

const { base, texts, entries, chains, decoders } = readFixture<Fixture>('components');
const options = { specialTokens: 'allow', offsetUnit: 'codePoints' } as const;
const title = (spec: unknown) => JSON.stringify(spec).slice(0, 120);

/** The texts at which two lists differ, with what each has. */
const differences = (ours: unknown[], theirs: unknown[]) =>
  texts.flatMap((text, i) =>
    JSON.stringify(ours[i]) === JSON.stringify(theirs[i]) ? [] : [{ text, ours: ours[i], theirs: theirs[i] }],
  );

describe('the components of a tokenizer.json', () => {
  it.each(entries.map((entry) => [title(entry.spec), entry] as const))('%s', (_, { spec, cases }) => {
    const tokenizer = Tokenizer.fromJSON({ ...base, ...spec });
    // what is written reads the same
    for (const one of [tokenizer, Tokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON())))]) {
      const ours = texts.map((text) => {
        const { ids, offsets, wordIds } = one.encoding(text, options);
        return [ids, offsets.flat(), wordIds];
      });
      expect(differences(ours, cases)).toEqual([]);
      expect(texts.map((text) => one.encode(text, options))).toEqual(cases.map(([ids]) => ids));
    }
  });

  it.each(decoders.map((entry) => [title(entry.spec), entry] as const))('decoder %s', (_, { spec, texts }) => {
    chains.forEach((chain, i) => {
      if (texts[i] === null) return;
      const vocab = Object.fromEntries([...new Set(chain)].map((token, id) => [token, id]));
      const model = { type: 'WordLevel', vocab: { ...vocab, '<unused>': 99 }, unk_token: '<unused>' };
      const tokenizer = Tokenizer.fromJSON({ ...base, model, decoder: spec });
      expect(tokenizer.decode(chain.map((token) => vocab[token]!))).toBe(texts[i]);
    });
  });
});
