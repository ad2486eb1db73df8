import { describe, expect, it } from 'vitest';
import {
  type JsonObject,
  parseJsonLines,
  preferenceRows,
  supervisedRows,
  toConversational,
  toMessages,
} from './index.js';

const name = 'rows.jsonl';
const lines = (...rows: JsonObject[]) => parseJsonLines(rows.map((row) => JSON.stringify(row)).join('\n'), { name });
const user = { role: 'user', content: 'Who?' };
const assistant = { role: 'assistant', content: 'Anna.' };

describe('parseJsonLines', () => {
  it('reads objects, and skips blank lines', () => {
    expect(parseJsonLines('{"a": 1}\r\n\n{"a": "x\\n"}\n')).toEqual([{ a: 1 }, { a: 'x\n' }]);
  });

  it.each([
    ['{"a": 1}\n\n{"a": ', 'rows.jsonl, line 3: not JSON ('],
    ['{"a": 1}\n[1]', 'rows.jsonl, line 2: a row must be a JSON object, found a list'],
    ['null', 'rows.jsonl, line 1: a row must be a JSON object, found null'],
    ['"text"', 'rows.jsonl, line 1: a row must be a JSON object, found a string'],
    ['\n \n', 'rows.jsonl has no rows'],
  ])('names the line: %j', (text, message) => {
    expect(() => parseJsonLines(text, { name })).toThrow(message);
  });
});

describe('supervisedRows', () => {
  it.each([
    [[{ prompt: 'a', completion: 'b', further: 1 }]],
    [[{ prompt: '', completion: 'b' }]],
    [[{ prompt: [user], completion: [assistant] }]],
    [[{ messages: [user, assistant] }]],
    [[{ text: 'a' }, { text: 'b' }]],
  ])('takes %j as it is', (rows) => {
    expect(supervisedRows(rows)).toEqual(rows);
  });

  it.each<[string, JsonObject[]]>([
    ['line 2: the prompt has no completion', [{ prompt: 'a', completion: 'b' }, { prompt: 'a' }]],
    ['line 1: completion is empty', [{ prompt: 'a', completion: '' }]],
    ['line 1: completion is empty', [{ prompt: [user], completion: [] }]],
    ['line 1: completion must be a text or a list of messages, found a number', [{ prompt: 'a', completion: 3 }]],
    ['line 1: prompt is text, but completion is a list', [{ prompt: 'a', completion: [assistant] }]],
    ['line 1: messages[1] must have a role and a content, both text', [{ messages: [user, { role: 'assistant' }] }]],
    ['line 1: messages hold no turn of the assistant, so there is nothing to learn', [{ messages: [user] }]],
    ['line 1: text must be text, found a number', [{ text: 1 }]],
    ['line 1: text is empty', [{ text: '' }]],
    [
      'line 2: is a chat (messages), but the rows before are prompt and completion as text; one file holds one format',
      [{ prompt: 'a', completion: 'b' }, { messages: [user, assistant] }],
    ],
    [
      'line 2: is prompt and completion as messages, but the rows before are prompt and completion as text; one file',
      [
        { prompt: 'a', completion: 'b' },
        { prompt: [user], completion: [assistant] },
      ],
    ],
    ['line 1: a preference (chosen, rejected) is no row to fine-tune on', [{ chosen: 'a', rejected: 'b' }]],
    ['line 1: a preference (prompt, chosen, rejected) is no', [{ prompt: 'p', chosen: 'a', rejected: 'b' }]],
    ['line 1: a row needs prompt and completion, messages or text, found a, b', [{ a: 1, b: 2 }]],
    ['line 1: a row needs prompt and completion, messages or text, found nothing', [{}]],
  ])('says what is wrong: %s', (message, rows) => {
    expect(() => supervisedRows(lines(...rows), { name })).toThrow(`rows.jsonl, ${message}`);
  });

  it('counts rows where there are no lines', () => {
    expect(() => supervisedRows([{ text: 'a' }, {}], { name: 'the answers' })).toThrow(
      'the answers, row 2: a row needs',
    );
    expect(() => supervisedRows([])).toThrow('the rows: there are no rows');
  });

  it('reads conversations of from and value', () => {
    const conversations = [
      { from: 'human', value: 'Who?' },
      { from: 'gpt', value: 'Anna.' },
    ];
    expect(supervisedRows([{ id: 7, conversations }])).toEqual([{ id: 7, messages: [user, assistant] }]);
    expect(() => supervisedRows(lines({ conversations: [{ from: 'human' }] }))).toThrow(
      'rows.jsonl, line 1: messages[0]',
    );
    const row = { text: 'a' };
    expect(toConversational(row)).toBe(row);
  });
});

describe('preferenceRows', () => {
  it.each([
    [[{ prompt: 'p', chosen: 'a', rejected: 'b', margin: 0.5 }]],
    [[{ chosen: 'a', rejected: 'b' }]],
    [[{ prompt: [user], chosen: [assistant], rejected: [{ ...assistant, content: 'Ben.' }] }]],
    [[{ chosen: [user, assistant], rejected: [user] }]],
  ])('takes %j as it is', (rows) => {
    expect(preferenceRows(rows)).toEqual(rows);
  });

  it.each<[string, JsonObject[]]>([
    ['line 1: a preference needs chosen and rejected, found no rejected', [{ prompt: 'p', chosen: 'a' }]],
    ['line 1: rejected is empty', [{ prompt: 'p', chosen: 'a', rejected: '' }]],
    [
      'line 2: chosen and rejected are equal',
      [
        { chosen: 'a', rejected: 'b' },
        { chosen: 'a', rejected: 'a' },
      ],
    ],
    ['line 1: chosen and rejected are equal', [{ chosen: [user, assistant], rejected: [user, { ...assistant }] }]],
    ['line 1: prompt is text, but chosen is a list', [{ prompt: 'p', chosen: [assistant], rejected: [user] }]],
    ['line 1: margin must be a number, found text', [{ chosen: 'a', rejected: 'b', margin: 'large' }]],
    [
      'line 2: is a preference without prompt, as text, but the rows before are a preference with prompt, as text; one',
      [
        { prompt: 'p', chosen: 'a', rejected: 'b' },
        { chosen: 'a', rejected: 'b' },
      ],
    ],
  ])('says what is wrong: %s', (message, rows) => {
    expect(() => preferenceRows(lines(...rows), { name })).toThrow(`rows.jsonl, ${message}`);
  });
});

it('toMessages makes turns of text', () => {
  expect(toMessages({ prompt: 'Who?', completion: 'Anna.' })).toEqual({ prompt: [user], completion: [assistant] });
  const row = { prompt: [user], completion: [assistant] };
  expect(toMessages(row)).toBe(row);
});
