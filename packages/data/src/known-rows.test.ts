import { describe, expect, it } from 'vitest';
import { parseHhRlhf, parseSelfInstruct } from './index.js';

const line = (row: unknown) => `${JSON.stringify(row)}\n`;

describe('parseHhRlhf', () => {
  const chat = (...turns: string[]) => turns.map((turn, i) => `\n\n${i % 2 ? 'Assistant' : 'Human'}: ${turn}`).join('');

  it('splits chats into turns, and the prompt from what follows', () => {
    const text = line({
      chosen: chat('Hi\n\nthere', 'Hello', 'Who?', 'Anna: who else'),
      rejected: chat('Hi\n\nthere', 'Hello', 'Who?', 'Ben'),
    });
    expect(parseHhRlhf(text)).toEqual([
      {
        prompt: [
          { role: 'user', content: 'Hi\n\nthere' },
          { role: 'assistant', content: 'Hello' },
          { role: 'user', content: 'Who?' },
        ],
        chosen: [{ role: 'assistant', content: 'Anna: who else' }],
        rejected: [{ role: 'assistant', content: 'Ben' }],
      },
    ]);
  });

  it('follows chats that part earlier', () => {
    const [pair] = parseHhRlhf(
      line({ chosen: chat('Hi', 'Hello', 'Who?', 'Anna'), rejected: chat('Hi', 'Go', 'Why?', '') }),
    );
    expect([pair!.prompt, pair!.chosen, pair!.rejected].map((turns) => turns!.length)).toEqual([1, 3, 3]);
  });

  it.each([{ chosen: 'Hi', rejected: '\n\nHuman: Hi' }, { chosen: '\n\nHuman: Hi' }, { chosen: 3, rejected: 3 }])(
    'refuses %j',
    (row) => {
      const good = line({ chosen: chat('Hi', 'a'), rejected: chat('Hi', 'b') });
      expect(() => parseHhRlhf(good + line(row), { name: 'pairs' })).toThrow(
        /^pairs, line 2: (chosen|rejected) must be text that begins with "\\n\\nHuman: "$/,
      );
    },
  );
});

describe('parseSelfInstruct', () => {
  it('gives a row for each instance', () => {
    const instances = [
      { input: '', output: 'a' },
      { input: 'x', output: 'b' },
    ];
    expect(parseSelfInstruct(line({ instruction: 'Say it.', instances }))).toEqual([
      { prompt: 'Say it.', completion: 'a' },
      { prompt: 'Say it.\n\nx', completion: 'b' },
    ]);
  });

  it('names the line of a task without instances', () => {
    expect(() => parseSelfInstruct(line({ instruction: 'Say it.' }))).toThrow(
      'self-instruct, line 1: a task needs an instruction and a list of instances',
    );
    expect(() => parseSelfInstruct(line({ instruction: 'Say it.', instances: [{ input: 'x' }] }))).toThrow(
      'self-instruct, line 1: instances[0] must have an input and an output, both text',
    );
  });
});
