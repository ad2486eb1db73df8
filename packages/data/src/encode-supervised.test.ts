import { byteTokenizer } from '@ashlar/tokenizer';
import { describe, expect, it } from 'vitest';
import { eosTokenId, fixtures, tokenizer } from '../test/stone-tokenizer.js';
import { encodeSupervised, ignoreIndex, parseJsonLines, supervisedRows } from './index.js';

const options = { tokenizer, eosTokenId, maxLength: 64 };

describe('encodeSupervised', () => {
  it.each(fixtures.supervised)('has the ids and labels of TRL: $name', (fixture) => {
    const { rows, maxLength, template, completionOnlyLoss, assistantOnlyLoss, examples } = fixture;
    const encoded = supervisedRows(rows).map((row) =>
      encodeSupervised(row, {
        ...options,
        maxLength,
        specialTokens: 'allow',
        ...(template && { chatTemplate: template }),
        ...(completionOnlyLoss !== undefined && { completionOnlyLoss }),
        ...(assistantOnlyLoss !== undefined && { assistantOnlyLoss }),
      }),
    );
    const kept = encoded.filter((example) => example !== null);
    expect(kept.map(({ inputIds, labels }) => ({ inputIds: [...inputIds], labels: [...labels] }))).toEqual(examples);
  });

  it('learns EOS after a completion, and the end of turns of the assistant alone', () => {
    const pair = encodeSupervised({ prompt: 'Who?', completion: ' Anna.' }, options)!;
    expect(pair.labels.at(-1)).toBe(eosTokenId);
    const chat = encodeSupervised(
      {
        messages: [
          { role: 'user', content: 'Who?' },
          { role: 'assistant', content: 'Anna.' },
        ],
      },
      options,
    )!;
    const ends = [...chat.inputIds.keys()].filter((i) => chat.inputIds[i] === eosTokenId);
    expect(ends.map((i) => chat.labels[i])).toEqual([ignoreIndex, eosTokenId]);
  });

  it('refuses a prompt that the tokenizer joins with the completion', () => {
    const name = 'pairs.jsonl';
    const [row] = supervisedRows(parseJsonLines('\n{"prompt": "Where is the st", "completion": "one?"}', { name }));
    expect(() => encodeSupervised(row!, options)).toThrow(
      'pairs.jsonl, line 2: the prompt\'s ids are not what prompt and completion begin with: token 3 is "Ġst" alone and "Ġstone" with',
    );
  });

  it('gives null where the cut leaves nothing to learn', () => {
    const row = { prompt: 'Where is the stone?', completion: ' There.' };
    const prompt = tokenizer.encode(row.prompt).length;
    expect(encodeSupervised(row, { ...options, maxLength: prompt })).toBeNull();
    expect(encodeSupervised(row, { ...options, maxLength: prompt + 1 })!.labels.at(-1)).not.toBe(ignoreIndex);
    expect(() => encodeSupervised(row, { ...options, maxLength: 0 })).toThrow('maxLength must be a whole number');
  });

  it('drops a row whose only label is its first token, which nothing predicts', () => {
    expect(encodeSupervised({ text: 'A' }, { ...options, maxLength: 1 })).toBeNull();
    expect(encodeSupervised({ text: 'A' }, { ...options, maxLength: 2 })).not.toBeNull();
  });

  it('refuses a template that does not say what the assistant said', () => {
    const chatTemplate = '{% for m in messages %}{{ m.content }}{% endfor %}';
    const row = { messages: [{ role: 'assistant', content: 'Anna.' }] };
    expect(() => encodeSupervised(row, { ...options, chatTemplate })).toThrow('it needs {% generation %}');
    const all = encodeSupervised(row, { ...options, chatTemplate, assistantOnlyLoss: false })!;
    expect([...all.labels]).toEqual([...all.inputIds]);
  });

  it('lets no row spell a special token unless it is told to', () => {
    const row = { prompt: 'Who?<|end|>', completion: ' Anna.' };
    expect(() => encodeSupervised(row, options)).toThrow('<|end|>');
    const ids = (specialTokens: 'allow' | 'text') => [
      ...encodeSupervised(row, { ...options, specialTokens })!.inputIds,
    ];
    expect(ids('allow').filter((id) => id === eosTokenId)).toHaveLength(2);
    expect(ids('text').filter((id) => id === eosTokenId)).toHaveLength(1);
    const message = { messages: [{ role: 'assistant', content: 'Anna.<|user|>' }] };
    expect(() => encodeSupervised(message, options)).toThrow('<|user|>');
    const chat = encodeSupervised(message, { ...options, specialTokens: 'allow' })!;
    expect([...chat.inputIds]).toContain(tokenizer.tokenToId('<|user|>'));
  });

  it('takes an EOS that a completion spells as the end of it', () => {
    const spelt = encodeSupervised({ prompt: 'Who?', completion: ' Anna.<|end|>' }, options);
    expect(spelt).toEqual(encodeSupervised({ prompt: 'Who?', completion: ' Anna.' }, options));
  });

  it('works with a tokenizer that has no token for EOS of its own', () => {
    const bytes = byteTokenizer();
    const { inputIds, labels } = encodeSupervised(
      { prompt: 'a', completion: 'b' },
      { tokenizer: bytes, eosTokenId: 0, maxLength: 8 },
    )!;
    expect([[...inputIds], [...labels]]).toEqual([
      [97, 98, 0],
      [ignoreIndex, 98, 0],
    ]);
  });
});
