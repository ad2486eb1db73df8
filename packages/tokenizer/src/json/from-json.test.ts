import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../tokenizer.js';
import type { Json, TokenizerJson } from '../types.js';

const bpe = (over: object = {}): Json => ({
  type: 'BPE',
  vocab: { a: 0, b: 1, ab: 2, '<unk>': 3 },
  merges: ['a b'],
  unk_token: '<unk>',
  ...over,
});
const file = (over: Partial<TokenizerJson> = {}): TokenizerJson => ({ model: bpe(), ...over });
const added = (id: number, content: string): Json => ({ id, content, special: true });

describe('a broken tokenizer.json', () => {
  it.each<[string, unknown, string]>([
    ['null', null, '$ must be an object, found null'],
    ['a list', [], '$ must be an object, found a list of 0'],
    ['no model', {}, '$.model must be an object, found nothing'],
    ['an unknown model', file({ model: { type: 'GPT' } }), '$.model.type must be one of BPE, WordPiece'],
    ['an untyped model of no kind', file({ model: { tokens: [] } }), '$.model must be an object with a "type": BPE'],
    [
      'a vocabulary that is a list',
      file({ model: bpe({ vocab: ['a'] }) }),
      '$.model.vocab must be an object, found a list of 1',
    ],
    [
      'tokens of more characters than any vocabulary has',
      file({ model: bpe({ vocab: { [`a`.repeat(2 ** 23)]: 0, b: 1 } }) }),
      '$.model.vocab has tokens of more than 8388608 characters together',
    ],
    [
      'an id that is no number',
      file({ model: bpe({ vocab: { a: '0' } }) }),
      '$.model.vocab.a must be an integer from 0 to 16777215, found "0"',
    ],
    ['a negative id', file({ model: bpe({ vocab: { a: -1 } }) }), '$.model.vocab.a must be an integer from 0'],
    [
      'an id out of range',
      file({ model: bpe({ vocab: { 'x y': 4e9 } }) }),
      '$.model.vocab["x y"] must be an integer from 0 to 16777215, found 4000000000',
    ],
    [
      'two tokens of one id',
      file({ model: bpe({ vocab: { a: 0, b: 0 } }) }),
      '$.model.vocab.b is 0, the id that "a" has already',
    ],
    [
      'a merge of one',
      file({ model: bpe({ merges: ['a b', 'ab'] }) }),
      '$.model.merges[1] must be "left right" or ["left", "right"], found "ab"',
    ],
    [
      'a merge of three',
      file({ model: bpe({ merges: [['a', 'b', 'c']] }) }),
      '$.model.merges[0] must be "left right" or',
    ],
    [
      'a merge of an unknown token',
      file({ model: bpe({ merges: [['a', 'c']] }) }),
      '$.model.merges[0] refers to "c", which is not in the vocabulary',
    ],
    [
      'a merge to an unknown token',
      file({ model: bpe({ merges: ['b a'] }) }),
      '$.model.merges[0] refers to "ba", which is not in the vocabulary',
    ],
    ['a dropout above 1', file({ model: bpe({ dropout: 2 }) }), '$.model.dropout is 2, not in 0..1'],
    [
      'unk_id out of range',
      file({ model: { type: 'Unigram', unk_id: 7, vocab: [['a', 0]] } }),
      '$.model.unk_id is 7, but the vocabulary has 1 tokens',
    ],
    [
      'a score that is no number',
      file({ model: { type: 'Unigram', unk_id: 0, vocab: [['a', null]] } }),
      '$.model.vocab[0][1] must be a number, found null',
    ],
    [
      'an added token against the model',
      file({ added_tokens: [added(9, 'a')] }),
      '$.added_tokens[0].id is 9, but the model gives "a" the id 0',
    ],
    [
      "an added token with another's id",
      file({ added_tokens: [added(0, 'x')] }),
      '$.added_tokens[0].id is 0, the id that "a" has already',
    ],
    [
      'an added token twice',
      file({ added_tokens: [added(4, 'x'), added(5, 'x')] }),
      '$.added_tokens[1].content is "x", which was added before',
    ],
    ['an empty added token', file({ added_tokens: [added(4, '')] }), '$.added_tokens[0].content is empty'],
    [
      'a broken pattern',
      file({ pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } }),
      '$.pre_tokenizer.pattern.Regex: the pattern "(" has an unmatched "("',
    ],
    [
      'an unknown behaviour',
      file({ pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'removed' } }),
      '$.pre_tokenizer.behavior must be one of Removed, Isolated',
    ],
    [
      'a part of a sequence',
      file({ normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'NFX' }] } }),
      '$.normalizer.normalizers[1].type must be one of',
    ],
    [
      'a broken character map',
      file({ normalizer: { type: 'Precompiled', precompiled_charsmap: 'AAAA' } }),
      '$.normalizer.precompiled_charsmap: a character map begins with',
    ],
    [
      'no base64',
      file({ normalizer: { type: 'Precompiled', precompiled_charsmap: '?' } }),
      '$.normalizer.precompiled_charsmap: ',
    ],
    [
      'a template with an unknown token',
      file({
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: 'x', type_id: 0 } }],
          pair: [],
          special_tokens: {},
        },
      }),
      '$.post_processor.single[0].SpecialToken.id is "x", which special_tokens does not list',
    ],
    [
      'a decoder of the prototype',
      file({ decoder: { type: '__proto__' } }),
      '$.decoder.type must be one of BPEDecoder',
    ],
    [
      'an endless padding',
      file({ padding: { strategy: { Fixed: 1e12 }, pad_id: 0, pad_type_id: 0, pad_token: '' } }),
      '$.padding.strategy.Fixed must be an integer from 0',
    ],
    [
      'a long token',
      file({ added_tokens: [added(4, 'x'.repeat(2000))] }),
      '$.added_tokens[0].content must be at most 1024 characters, found "xx',
    ],
    [
      'a lone surrogate',
      file({ added_tokens: [added(4, '\ud800')] }),
      '$.added_tokens[0].content must be a string without lone surrogates',
    ],
  ])('with %s names the path and what was expected', (_, json, message) => {
    expect(() => Tokenizer.fromJSON(json)).toThrow(`tokenizer.json: ${message}`);
  });

  it('with a thousand nested sequences is refused', () => {
    let normalizer: Json = { type: 'NFC' };
    for (let i = 0; i < 1000; i++) normalizer = { type: 'Sequence', normalizers: [normalizer] };
    expect(() => Tokenizer.fromJSON(file({ normalizer }))).toThrow('lies inside more than 32 sequences');
  });

  it('that doubles a text forty times gives an error when it is used', () => {
    const double: Json = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const tokenizer = Tokenizer.fromJSON(
      file({ normalizer: { type: 'Sequence', normalizers: Array(40).fill(double) } }),
    );
    expect(() => tokenizer.encode('a')).toThrow('more than 16 times as many');
  });
});

describe('a tokenizer.json with names of the object prototype', () => {
  const json = JSON.parse(`{
    "added_tokens": [{ "id": 4, "content": "hasOwnProperty" }],
    "model": { "vocab": { "__proto__": 0, "constructor": 1, "toString": 2, "?": 3 }, "unk_token": "?" },
    "pre_tokenizer": { "type": "WhitespaceSplit" }
  }`) as Json;

  it('takes them for tokens and nothing else', () => {
    const tokenizer = Tokenizer.fromJSON(json);
    expect(tokenizer.encode('constructor __proto__ valueOf toString hasOwnProperty')).toEqual([1, 0, 3, 2, 4]);
    expect(tokenizer.tokenToId('valueOf')).toBeUndefined();
    const again = Tokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON())));
    expect(again.tokenToId('__proto__')).toBe(0);
  });
});

/** A full file, every part of which the fuzz may break. */
const whole: TokenizerJson = {
  version: '1.0',
  truncation: { direction: 'Right', max_length: 20, strategy: 'LongestFirst', stride: 2 },
  padding: { strategy: { Fixed: 8 }, direction: 'Left', pad_id: 0, pad_type_id: 0, pad_token: 'a' },
  added_tokens: [
    { id: 4, content: '<s>', single_word: false, lstrip: true, rstrip: false, normalized: false, special: true },
  ],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'NFKC' },
      { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
      { type: 'Prepend', prepend: 'a' },
    ],
  },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: '(?i:b)|\\p{N}' }, behavior: 'MergedWithNext', invert: false },
      { type: 'Metaspace', replacement: '_', prepend_scheme: 'first', split: true },
    ],
  },
  model: bpe({ byte_fallback: false, fuse_unk: true, dropout: null }),
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [4], tokens: ['<s>'] } },
  },
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'ByteFallback' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }],
  },
};

/** Every place in a JSON value. */
function paths(value: Json, path: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [path];
  const inner = Array.isArray(value) ? value.map((item, i) => [i, item] as const) : Object.entries(value);
  return [path, ...inner.flatMap(([key, item]) => paths(item, [...path, key]))];
}

function change(value: Json, [key, ...rest]: (string | number)[], to: Json | undefined): Json {
  if (key === undefined) return to ?? null;
  const copy = structuredClone(value) as { [key: string]: Json };
  if (rest.length === 0 && to === undefined) delete copy[key];
  else copy[key] = change(copy[key]!, rest, to);
  return copy;
}

describe('the loader', () => {
  it('reads the file that the fuzz breaks', () => {
    expect(Tokenizer.fromJSON(whole).encode('ab 1', { specialTokens: 'allow' })).toHaveLength(8);
  });

  it('answers any broken file with an error of its own or a tokenizer that works', () => {
    const places = paths(whole as unknown as Json);
    const value = fc.oneof(
      fc.constantFrom<Json | undefined>(
        undefined,
        null,
        '',
        [],
        {},
        -1,
        1.5,
        2 ** 40,
        '__proto__',
        '\\p{',
        'NFC',
        'a b c',
      ),
      fc.jsonValue({ maxDepth: 2 }).map((json) => json as Json),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...places), value), { minLength: 1, maxLength: 3 }),
        fc.string({ unit: 'binary', maxLength: 20 }),
        (changes, text) => {
          let json: Json = whole as unknown as Json;
          for (const [path, to] of changes)
            try {
              json = change(json, path, to);
            } catch {
              // an earlier change took the place away
            }
          let tokenizer: Tokenizer;
          try {
            tokenizer = Tokenizer.fromJSON(json);
          } catch (error) {
            expect((error as Error).message).toMatch(/^tokenizer\.json: \$/);
            return;
          }
          try {
            const ids = tokenizer.encode(`ab 1<s>${text}`, { specialTokens: 'allow' });
            for (const id of ids) expect(Number.isInteger(id)).toBe(true);
            tokenizer.decode(ids);
          } catch (error) {
            // no unknown token, a template's id outside of the vocabulary, a stride above the length
            expect((error as Error).message).toMatch(
              /^(BPE|Unigram|WordLevel|WordPiece|decode|truncation): |is not in the vocabulary/,
            );
          }
        },
      ),
      { numRuns: 1500, seed: 7 },
    );
  });
});
