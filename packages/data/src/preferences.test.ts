import { describe, expect, it } from 'vitest';
import { eosTokenId, fixtures, padTokenId, rowsOf, tokenizer } from '../test/stone-tokenizer.js';
import {
  encodePreference,
  extractPrompt,
  parseJsonLines,
  type Preference,
  PreferenceDataset,
  preferenceRows,
  unpairPreference,
} from './index.js';

const options = { tokenizer, eosTokenId, maxLength: 24 };
const text = (ids: Int32Array) => tokenizer.decode(ids);

describe('preferences', () => {
  it.each(fixtures.preferences)('make the batch that TRL makes', ({ rows, maxLength, batch }) => {
    const examples = preferenceRows(rows).map((row) => encodePreference(row, { ...options, maxLength }));
    const data = new PreferenceDataset(examples, { padTokenId });
    expect(data.size + data.dropped).toBe(rows.length);
    const [found] = [...data.evaluationBatches(10)];
    expect(found!.pairs * 2).toBe(batch.inputIds.length);
    expect(rowsOf(found!.inputIds, found!.seqLength)).toEqual(batch.inputIds);
    expect([...found!.lengths]).toEqual(batch.mask.map((row) => row.reduce((a, b) => a + b)));
    expect([...found!.margins]).toEqual(batch.margins ?? new Array(found!.pairs).fill(0));
  });

  it('know where the prompt ends', () => {
    const { promptLength, chosen } = encodePreference({ prompt: 'Who?', chosen: ' Anna.', rejected: ' No.' }, options)!;
    expect(text(chosen.subarray(0, promptLength))).toBe('Who?');
    const implicit = encodePreference({ chosen: 'Who? Anna.', rejected: 'Who? No.' }, options)!;
    expect(text(implicit.chosen.subarray(0, implicit.promptLength))).toBe('Who?');
  });

  it('are filtered, never cut, and counted', () => {
    const long = encodePreference({ prompt: 'Who?', chosen: ' Anna.', rejected: ' No.'.repeat(30) }, options);
    const pair = encodePreference({ prompt: 'Who?', chosen: ' Anna.', rejected: ' No.' }, options);
    expect(long).toBeNull();
    expect(new PreferenceDataset([long, pair], { padTokenId })).toMatchObject({ size: 1, dropped: 1 });
    expect(() => new PreferenceDataset([long], { padTokenId, name: 'pairs.jsonl' })).toThrow(
      'pairs.jsonl: all 1 are too long for the context',
    );
    expect(() => new PreferenceDataset([], { padTokenId })).toThrow('the pairs: there are none');
    expect(encodePreference({ chosen: 'No.', rejected: 'No.' }, options)).toBeNull();
  });

  it('come in a new order each epoch, each pair once', () => {
    const examples = ['a', 'b', 'c', 'd', 'e'].map((prompt) =>
      encodePreference({ prompt, chosen: ' Anna.', rejected: ' No.' }, options),
    );
    const data = new PreferenceDataset(examples, { padTokenId });
    const orders = [0, 1].map((step) => {
      const { inputIds, seqLength, pairs, promptLengths } = data.batch(step, 5, 1);
      const prompts = rowsOf(inputIds, seqLength).map((row) => text(Int32Array.from(row)).slice(0, 1));
      expect(prompts.slice(pairs)).toEqual(prompts.slice(0, pairs));
      expect([...promptLengths]).toEqual([1, 1, 1, 1, 1]);
      return prompts.slice(0, pairs).join('');
    });
    expect(orders.map((order) => [...order].sort().join(''))).toEqual(['abcde', 'abcde']);
    expect(orders[0]).not.toBe(orders[1]);
  });

  it('name file and line of a row that cannot be encoded', () => {
    const [row] = preferenceRows(parseJsonLines('{"chosen": "A<|end|>.", "rejected": "B"}', { name: 'pairs.jsonl' }));
    expect(() => encodePreference(row!, options)).toThrow(/^pairs\.jsonl, line 1: .*<\|end\|>/);
  });
});

describe('extractPrompt', () => {
  it.each(fixtures.extracted)('cuts where TRL cuts', ({ row, explicit }) => {
    expect(extractPrompt(row as Preference)).toEqual(explicit);
  });

  it('leaves a prompt alone, and cuts no character in two', () => {
    const row = { prompt: 'a', chosen: 'bc', rejected: 'bd' };
    expect(extractPrompt(row)).toBe(row);
    expect(extractPrompt({ chosen: 'see 🙂', rejected: 'see 🙃' })).toEqual({
      prompt: 'see ',
      chosen: '🙂',
      rejected: '🙃',
    });
    expect(extractPrompt({ chosen: 'x ', rejected: 'y ' })).toEqual({ prompt: '', chosen: 'x ', rejected: 'y ' });
  });
});

it('unpairPreference gives the better one first', () => {
  expect(unpairPreference({ prompt: 'p', chosen: 'a', rejected: 'b', margin: 1 })).toEqual([
    { prompt: 'p', completion: 'a', label: true },
    { prompt: 'p', completion: 'b', label: false },
  ]);
  expect(unpairPreference({ chosen: 'a', rejected: 'b' })[1]).toEqual({ completion: 'b', label: false });
});
