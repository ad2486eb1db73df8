import { expect, it } from 'vitest';
import { loadTiktoken, tiktokenEncodings } from '../src/bpe.js';
import { encodeChat } from '../src/chat/index.js';
import { BpeTrainer, encodeStream, lines, Tokenizer, trainBpe, trainFromStream } from '../src/index.js';
import { trainInWorker } from '../src/training/training-worker.js';
import type { TokenizerJson } from '../src/types.js';

const text = 'The cat sat on the mat. 日本語 🌍\n'.repeat(40);
const options = { vocabSize: 300, specialTokens: ['<|im_start|>', '<|im_end|>'] };

// the server declares the encoding of a .gz file, so that the browser unpacks it
const readFixture = async <T>(url: URL): Promise<T> => (await (await fetch(url)).json()) as T;

it('gives the ids of the reference under a tokenizer.json of the style of gpt2', async () => {
  const fixture = await readFixture<{
    tokenizer: TokenizerJson;
    cases: { text: string; ids: number[]; decoded: string }[];
  }>(new URL('fixtures/gpt2.json.gz', import.meta.url));
  const tokenizer = Tokenizer.fromJSON(fixture.tokenizer);
  expect(fixture.cases.length).toBeGreaterThan(0);
  for (const { text, ids, decoded } of fixture.cases) {
    expect(tokenizer.encode(text, { specialTokens: 'allow' })).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
  }
});

it('gives the ids of tiktoken through the entry for BPE alone', async () => {
  const fixture = await readFixture<{ ranks: string; strings: string[]; ids: Record<string, number[][]> }>(
    new URL('fixtures/tiktoken.json.gz', import.meta.url),
  );
  const { pattern } = tiktokenEncodings.cl100k_base;
  const tokenizer = loadTiktoken(fixture.ranks, { pattern, specialTokens: {} });
  expect(fixture.strings.map((string) => tokenizer.encode(string))).toEqual(fixture.ids.cl100k_base);
});

it('trains, streams in and streams out', async () => {
  const tokenizer = trainBpe(text, options);
  const streamed = await trainFromStream(new BpeTrainer(options), lines([text]));
  expect(streamed.toJSON()).toEqual(tokenizer.toJSON());
  const ids: number[] = [];
  for await (const block of encodeStream(tokenizer, [text.slice(0, 501), text.slice(501)])) ids.push(...block);
  expect(ids).toEqual(tokenizer.encode(text));
  const stream = tokenizer.decodeStream();
  expect(ids.map((id) => stream.push(id)).join('') + stream.end()).toBe(text);
});

it('trains in a worker what it trains in the page', async () => {
  const worker = new Worker(new URL('training-worker.ts', import.meta.url), { type: 'module' });
  const stages = new Set<string>();
  const json = await trainInWorker(worker, { model: 'bpe', options }, [text], ({ stage }) => stages.add(stage));
  worker.terminate();
  expect(json).toEqual(trainBpe(text, options).toJSON());
  expect(stages).toEqual(new Set(['count', 'learn']));
});

it('writes a chat and marks what the assistant said', () => {
  const tokenizer = trainBpe(text, options);
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'The cat' },
  ];
  const chat = encodeChat(tokenizer, messages, { template: 'chatml' });
  expect(tokenizer.decode(chat.ids, { skipSpecialTokens: false })).toBe(chat.text);
  const said = chat.ids.filter((_, i) => chat.assistantMask[i] === 1);
  expect(tokenizer.decode(said)).toContain('The cat');
});
