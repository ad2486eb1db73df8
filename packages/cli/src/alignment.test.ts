import { decodeSafetensors } from '@ashlar/checkpoint';
import { jabberwocky } from '@ashlar/data';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { captured, capturedTyping, temporaryFolder, type Captured } from '../test/captured.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** The only line of standard output, as JSON. */
function resultOf({ code, out, err }: Captured): Record<string, number> {
  expect(code, err).toBe(0);
  expect(out).toMatch(/^\{.*\}\n$/);
  return JSON.parse(out) as Record<string, number>;
}

const sft = (...more: string[]) => ['sft', '--data', at('rows.jsonl'), '--steps', '6', ...more];
const ppo = (...more: string[]) => [
  ...[
    'ppo',
    '--model',
    at('sft'),
    '--reward',
    at('reward'),
    '--prompts',
    at('questions.txt'),
    '--config',
    at('ppo.json'),
  ],
  ...more,
];

beforeAll(async () => {
  writeFileSync(at('poem.txt'), jabberwocky);
  writeFileSync(at('bytes.json'), '{"model": {"contextLength": 64}, "tokenizer": {"kind": "bytes"}}');
  writeFileSync(
    at('rows.jsonl'),
    lines(
      { prompt: 'Who was slain?', completion: 'The Jabberwock.' },
      { prompt: 'What did the toves do?', completion: 'They gyred.' },
      { prompt: 'Where did he rest?', completion: 'By the Tumtum tree.' },
      { prompt: 'What was the sword?', completion: 'Vorpal.' },
    ),
  );
  writeFileSync(
    at('pairs.jsonl'),
    lines(
      { prompt: 'Who was slain?', chosen: 'The Jabberwock.', rejected: 'No idea.' },
      { prompt: 'Where did he rest?', chosen: 'By the tree.', rejected: 'Why do you ask?' },
      { prompt: 'What was the sword?', chosen: 'Vorpal.', rejected: 'I forgot.' },
    ),
  );
  writeFileSync(at('questions.txt'), 'Who was slain?\nWhere did he rest?\n');
  writeFileSync(at('questions.jsonl'), lines({ prompt: 'Who?' }, { prompt: [{ role: 'user', content: 'Where?' }] }));
  writeFileSync(
    at('ppo.json'),
    '{"batchSize": 4, "minibatchSize": 2, "epochs": 1, "maxNewTokens": 6, "scaleQuestions": 2}',
  );
  const small = ['--preset', 'nano', '--steps', '4', '--config', at('bytes.json')];
  expect(await captured('pretrain', '--text', at('poem.txt'), ...small, '--out', at('base'))).toMatchObject({
    code: 0,
  });
  expect(await captured(...sft('--model', at('base'), '--out', at('sft')))).toMatchObject({ code: 0 });
  const reward = ['reward', '--model', at('sft'), '--data', at('pairs.jsonl'), '--steps', '4', '--out', at('reward')];
  expect(await captured(...reward)).toMatchObject({ code: 0 });
});

const weights = (model: string) => decodeSafetensors(readFileSync(at(join(model, 'model.safetensors')))).tensors;

describe('a model that is taught', () => {
  it('by sft learns all of itself, and answers on the way', async () => {
    const result = await captured(
      ...sft('--model', at('base'), '--ask', 'Who was slain?', '--out', at('asked'), '--json'),
    );
    expect(Object.keys(resultOf(result))).toEqual(['loss', 'valLoss']);
    expect(result.err).toMatch(
      /^chat +this model gets the tokens that mark who speaks\nrows +3 to learn from, 1 held out/,
    );
    expect(result.err).toMatch(/\n {2}\| Who was slain\?\n {2}\| >/);
    expect(weights('asked/model').get('transformer.wte.weight')!.shape).toEqual([261, 32]);
  });

  it('by sft of adapters is merge of base and adapter', async () => {
    const argv = sft('--model', at('base'), '--lora', '2', '--packing', '--out', at('lora'), '--json');
    expect(Object.keys(resultOf(await captured(...argv)))).toEqual(['loss', 'valLoss']);
    const merge = ['merge', '--model', at('lora/base'), '--adapter', at('lora'), '--out', at('merged')];
    expect(resultOf(await captured(...merge, '--json'))).toEqual({ layers: 8, parameters: 35_872 });
    const [merged, expected] = [weights('merged'), weights('lora/model')];
    expect([...merged.keys()]).toEqual([...expected.keys()]);
    for (const [name, { data }] of expected) expect(merged.get(name)!.data, name).toEqual(data);
  });

  it('by reward says how often it is right', async () => {
    const argv = ['reward', '--model', at('sft'), '--data', at('pairs.jsonl'), '--steps', '4', '--out', at('judge')];
    const result = resultOf(await captured(...argv, '--json'));
    expect(Object.keys(result)).toEqual(['accuracy']);
    expect([0, 1]).toContain(result['accuracy']);
  });

  it('by ppo moves away from what it was, whole or by adapters, and goes on after all', async () => {
    const result = resultOf(await captured(...ppo('--iterations', '3', '--kl', '0.1', '--out', at('ppo'), '--json')));
    expect(Object.keys(result)).toEqual(['score', 'kl', 'iterations']);
    expect(result['iterations']).toBe(3);
    const again = ['--iterations', '3', '--kl', '0.1', '--out', at('ppo'), '--resume', '--json'];
    expect(resultOf(await captured(...ppo(...again)))).toEqual(result);

    const adapters = ['--iterations', '2', '--lora', '2', '--prompts', at('questions.jsonl')];
    expect(resultOf(await captured(...ppo(...adapters, '--out', at('thin'), '--json')))).toMatchObject({
      iterations: 2,
    });
    expect(existsSync(at('thin/adapter/adapter_model.safetensors'))).toBe(true);
  });

  it('by quantize becomes small', async () => {
    const argv = ['quantize', '--model', at('sft'), '--text', at('poem.txt'), '--scheme', 'nf4', '--out', at('small')];
    const result = resultOf(await captured(...argv, '--json'));
    expect(Object.keys(result)).toEqual(['bytesBefore', 'bytesAfter', 'lossBefore', 'lossAfter']);
    const { bytesBefore, bytesAfter, lossBefore, lossAfter } = result;
    expect(bytesAfter! / bytesBefore!).toBeLessThan(0.5);
    expect(Math.abs(lossAfter! - lossBefore!)).toBeLessThan(0.05);
    const { loss } = resultOf(await captured('eval', '--model', at('small'), '--text', at('poem.txt'), '--json'));
    expect(loss).toBeCloseTo(lossAfter!, 5);
  });
});

describe('chat', () => {
  const chat = ['chat', '--model', at('sft'), '--max-new-tokens', '5'];

  it('answers one message', async () => {
    const result = resultOf(await captured(...chat, '--message', 'Who?', '--json'));
    expect(Object.keys(result)).toEqual(['text', 'tokens', 'ended', 'tokensPerSecond']);
    expect(result).toMatchObject({ tokens: 5, ended: false });
    const shown = await captured(...chat, '--message', 'Who?');
    expect(shown.out.trim()).toBe(String(result['text']));
  });

  it('answers line by line, and forgets what does not fit', async () => {
    const typed = ['Who?', '', 'x'.repeat(90), 'Where?', 'When did he rest, and why?'];
    const { code, out, err } = await capturedTyping(typed, ...chat, '--json');
    expect(code).toBe(0);
    expect(err).toContain('the question has 9');
    expect(err).toContain('tokens: it leaves no room for an answer in a context of 64\n');
    const { messages } = JSON.parse(out) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(Array(3).fill(['user', 'assistant']).flat());
    expect(messages[4]!.content).toBe('When did he rest, and why?');
  });

  it('puts adapters on', async () => {
    const argv = sft('--model', at('sft'), '--lora', '2', '--learning-rate', '0.05', '--out', at('bold'));
    expect(await captured(...argv)).toMatchObject({ code: 0 });
    const ask = ['--message', 'Who was slain?', '--max-new-tokens', '20'];
    const adapted = await captured('chat', '--model', at('sft'), '--adapter', at('bold'), ...ask);
    const merged = await captured('chat', '--model', at('bold'), ...ask);
    expect(adapted).toEqual(merged);
  });
});

describe('what cannot work', () => {
  beforeAll(() => {
    writeFileSync(at('mixed.jsonl'), lines({ prompt: 'a', completion: 'b' }, { text: 'c' }));
    writeFileSync(at('no-completion.jsonl'), lines({ prompt: 'a' }));
    writeFileSync(at('long.jsonl'), lines(...Array<object>(3).fill({ prompt: 'a'.repeat(99), completion: 'b' })));
    writeFileSync(at('equal.jsonl'), lines({ prompt: 'a', chosen: 'b', rejected: 'b' }));
    writeFileSync(at('chats.jsonl'), lines({ messages: [] }));
    writeFileSync(at('long.txt'), `${'a'.repeat(99)}\n`);
  });

  it.each<[what: string, argv: () => string[], sentence: string | RegExp]>([
    ['no rows', () => sft('--model', at('base'), '--data', at('none.jsonl')), /none.jsonl does not exist/],
    ['rows of two formats', () => sft('--model', at('base'), '--data', at('mixed.jsonl')), /mixed.jsonl, line 2/],
    [
      'a row without a completion',
      () => sft('--model', at('base'), '--data', at('no-completion.jsonl')),
      /no-completion.jsonl, line 1: the prompt has no completion/,
    ],
    ['rows that are too long', () => sft('--model', at('base'), '--data', at('long.jsonl')), /the rows/],
    [
      'a quantized model',
      () => sft('--model', at('small')),
      'holds a quantized model, whose weights are fixed: give the model that it was made of',
    ],
    [
      'a run of another training',
      () => sft('--model', at('base'), '--out', at('sft'), '--resume', '--seed', '2'),
      /has another config and cannot be resumed/,
    ],
    [
      'a setting that does not exist',
      () => sft('--model', at('base'), '--config', at('ppo.json')),
      /config: sft.batchSize/,
    ],
    [
      'equal answers',
      () => ['reward', '--model', at('sft'), '--data', at('equal.jsonl')],
      /equal.jsonl, line 1: chosen and rejected are equal/,
    ],
    [
      'a model that cannot answer',
      () => ppo('--model', at('base')),
      /has no chat template: fine-tune it first \(sft\)/,
    ],
    ['a model for a reward model', () => ppo('--reward', at('sft')), /sft/],
    [
      'questions that fill the context',
      () => ppo('--prompts', at('long.txt')),
      /do not fit into the model's context of 64/,
    ],
    [
      'rows without a question',
      () => ppo('--prompts', at('chats.jsonl')),
      'row 1: a row needs a prompt, as text or as one message of the user',
    ],
    ['no adapter', () => ['merge', '--model', at('sft'), '--adapter', at('base')], /is no adapter folder/],
    [
      'a model in the way',
      () => ['merge', '--model', at('sft'), '--adapter', at('bold'), '--out', at('sft')],
      'holds a model or a run already: --overwrite replaces it',
    ],
    [
      'a scheme that is none',
      () => ['quantize', '--model', at('sft'), '--scheme', 'int2'],
      /Allowed choices are int8, nf4, int4/,
    ],
    ['a chat with a model that cannot', () => ['chat', '--model', at('base')], /has no chat template/],
  ])('%s gets one sentence and a failure', async (_what, argv, sentence) => {
    const words = argv();
    const out = words.includes('--out') || words[0] === 'chat' ? [] : ['--out', at('new')];
    const result = await captured(...words, ...out);
    expect(result.code).not.toBe(0);
    expect(result.err).toMatch(sentence);
    expect(result.err).toMatch(/^ashlar: [^\n]+\n$/);
    expect(result.out).toBe('');
    expect(existsSync(at('new'))).toBe(false);
  });
});
