import { describe, expect, it } from 'vitest';
import { loadTiktoken, readRanks, tiktokenEncodings, writeRanks, type TiktokenName } from '../src/bpe.js';
import { Tokenizer } from '../src/index.js';
import { readFixture } from './fixture.js';

const { ranks, strings, ids } = readFixture<{
  ranks: string;
  strings: string[];
  ids: Record<'r50k_base' | 'cl100k_base' | 'o200k_base', number[][]>;
}>('tiktoken');

const encodingOf = (name: TiktokenName) => ({
  pattern: tiktokenEncodings[name].pattern,
  specialTokens: { '<|endoftext|>': 900, '<|endofprompt|>': 905 },
});

describe.each(Object.entries(ids))('the pattern of %s', (name, expected) => {
  const tokenizer = loadTiktoken(ranks, encodingOf(name as TiktokenName));

  it('gives the ids of tiktoken, and the text back', () => {
    strings.forEach((text, i) => {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(expected[i]);
      expect(tokenizer.decode(expected[i]!)).toBe(text);
    });
  });

  it('counts without the list and stops at a limit', () => {
    strings.forEach((text, i) => {
      const n = expected[i]!.length;
      expect(tokenizer.countTokens(text)).toBe(n);
      expect(tokenizer.isWithinLimit(text, n)).toBe(true);
      expect(tokenizer.isWithinLimit(text, n - 1)).toBe(false);
    });
  });

  it('streams the text and never half a character', () => {
    strings.slice(0, 200).forEach((text, i) => {
      const stream = tokenizer.decodeStream();
      const parts = expected[i]!.map((id) => stream.push(id));
      expect(parts.join('') + stream.end()).toBe(text);
      for (const part of parts) expect(part).not.toMatch(/\p{Surrogate}/u);
    });
  });

  it('gives offsets that cover the text', () => {
    for (const text of strings.slice(0, 200)) {
      const { offsets, ids } = tokenizer.encoding(text);
      expect(ids).toEqual(tokenizer.encode(text));
      let reached = 0;
      for (const [start, end] of offsets) {
        expect(start).toBeLessThanOrEqual(reached);
        reached = end;
      }
      expect(reached).toBe(text.length);
      const bytes = tokenizer.encoding(text, { offsetUnit: 'bytes' }).offsets;
      expect(bytes.at(-1)?.[1] ?? 0).toBe(new TextEncoder().encode(text).length);
    }
  });

  it('writes a tokenizer.json that gives the same ids', () => {
    const full = Tokenizer.fromTiktoken(ranks, encodingOf(name as TiktokenName));
    const again = Tokenizer.fromJSON(JSON.parse(JSON.stringify(full.toJSON())));
    strings.slice(0, 300).forEach((text, i) => expect(again.encode(text)).toEqual(expected[i]));
    expect(again.encode('<|endofprompt|>', { specialTokens: 'allow' })).toEqual([905]);
  });
});

describe('special tokens in a text', () => {
  const tokenizer = loadTiktoken(ranks, encodingOf('cl100k_base'));
  const text = 'hello <|endoftext|> world';

  it('are text unless allowed', () => {
    expect(tokenizer.encode(text)).not.toContain(900);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('become ids when allowed, wherever they stand', () => {
    const allowed = tokenizer.encode(text, { specialTokens: 'allow' });
    expect(allowed).toEqual([...tokenizer.encode('hello '), 900, ...tokenizer.encode(' world')]);
    expect(tokenizer.countTokens(text, { specialTokens: 'allow' })).toBe(allowed.length);
    expect(tokenizer.decode(allowed, { skipSpecialTokens: true })).toBe('hello  world');
  });

  it('throw when forbidden', () => {
    expect(() => tokenizer.encode(text, { specialTokens: 'forbid' })).toThrow('<|endoftext|>');
  });
});

describe('a file of ranks', () => {
  it('is written as it was read, in any order of lines', () => {
    expect(writeRanks(readRanks(ranks))).toBe(ranks);
    const shuffled = ranks.trim().split('\n').reverse().join('\r\n');
    expect(writeRanks(readRanks(shuffled))).toBe(ranks);
    expect(writeRanks(readRanks(new TextEncoder().encode(ranks)))).toBe(ranks);
  });

  it.each([
    ['IQ==', 'line 1 has no rank'],
    ['IQ== 0\nIg== 0', 'rank 0 is given twice'],
    ['IQ== 0\n%% 1', 'line 2 has "%" in its base64'],
    ['IQ== 99999999999', 'line 1 '],
    ['IQ== 1 2', 'line 1 does not end after its rank'],
    [' 5', 'line 1 has no token'],
  ])('%j is refused', (file, message) => {
    expect(() => readRanks(file)).toThrow(message);
  });

  it('refuses an unknown encoding, a pattern without a scanner, and a special token over a rank', () => {
    expect(() => loadTiktoken(ranks, 'r99k' as TiktokenName)).toThrow('r50k_base');
    expect(() => loadTiktoken(ranks, { pattern: 'x', specialTokens: {} })).toThrow('no scanner');
    expect(() => loadTiktoken(ranks, 'cl100k_base').encode('a')).not.toThrow();
    expect(() => loadTiktoken(ranks, { ...encodingOf('r50k_base'), specialTokens: { x: 5 } })).toThrow('the id 5');
  });
});

describe('hard texts', () => {
  const tokenizer = loadTiktoken(ranks, encodingOf('o200k_base'));

  it('keeps a byte order mark, U+0085 and lone surrogates right', () => {
    expect(tokenizer.decode(tokenizer.encode('\ufeffa\u0085b'))).toBe('\ufeffa\u0085b');
    expect(tokenizer.decode(tokenizer.encode('a\ud800b'))).toBe('a\ufffdb');
  });

  it('is linear on one long piece', () => {
    for (const unit of ['a', ' ', '\n', '_', 'ab', '日', '\u0301', "'s"]) {
      const text = unit.repeat(200_000 / unit.length);
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('forgets words when there are too many, and stays right', () => {
    const text = Array.from({ length: 150_000 }, (_, i) => `x${((i * 2654435761) >>> 0).toString(36)}`).join(' ');
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('keeps every id of many pieces of hundreds of ids', () => {
    const words = Array.from({ length: 300 }, (_, i) =>
      Array.from({ length: 500 }, (_, k) => 'qxzjvkw'[(i * 31 + k * k * (i + 1)) % 7]).join(''),
    );
    const apart = words.flatMap((word) => tokenizer.encode(` ${word}`));
    for (let again = 0; again < 2; again++)
      expect(tokenizer.encode(words.map((word) => ` ${word}`).join(''))).toEqual(apart);
  });

  it('names an id that no token has', () => {
    for (const id of [-1, 1.5, 904, 1e9, NaN]) expect(() => tokenizer.decode([id])).toThrow(`id ${id}`);
    expect(tokenizer.decode([])).toBe('');
  });
});
