import { describe, expect, it } from 'vitest';
import { byteTokenizer, encodeStream, trainBpe } from '../src/index.js';
import { serveTraining, trainInWorker, type TrainingPort } from '../src/training/training-worker.js';

const text = Array.from(
  { length: 30_000 },
  (_, i) => ['First 🌍 Citizen:\n', 'we proceed\n\n', "  it's né\n", '!\n/x '][i % 4],
).join('');
const tokenizer = trainBpe(text.slice(0, 5000), { vocabSize: 320 });

describe('a stream of text', () => {
  it.each([7, 1000, 50_000, 1_000_000])('gives the ids of the whole in chunks of %i', async (size) => {
    const chunks = text.match(new RegExp(`[^]{1,${size}}`, 'g'))!;
    const ids: number[] = [];
    let blocks = 0;
    for await (const block of encodeStream(tokenizer, chunks)) {
      for (const id of block) ids.push(id);
      blocks++;
    }
    expect(ids).toEqual(tokenizer.encode(text));
    if (size < 100_000) expect(blocks).toBeGreaterThan(3);
  });

  it('holds text without a place to cut until the end', async () => {
    const blocks: number[][] = [];
    for await (const block of encodeStream(
      tokenizer,
      Array.from({ length: 300 }, () => ' '.repeat(1000)),
    ))
      blocks.push(block);
    expect(blocks.flat()).toEqual(tokenizer.encode(' '.repeat(300_000)));
  });

  it('is refused where a cut might change ids', async () => {
    await expect(encodeStream(byteTokenizer(), ['a']).next()).rejects.toThrow('encodeStream');
  });
});

describe('training behind a port', () => {
  const ports = () => {
    const { port1, port2 } = new MessageChannel();
    port1.start();
    port2.start();
    return {
      here: port1 as unknown as TrainingPort,
      there: port2 as unknown as TrainingPort,
      close: () => port1.close(),
    };
  };

  it('gives the tokenizer of a training here', async () => {
    const { here, there, close } = ports();
    serveTraining(there);
    const stages = new Set<string>();
    const options = { vocabSize: 300, specialTokens: ['<|endoftext|>'] };
    const json = await trainInWorker(here, { model: 'bpe', options }, [text.slice(0, 3000), 'more'], (p) =>
      stages.add(p.stage),
    );
    expect(json).toEqual(trainBpe([text.slice(0, 3000), 'more'], options).toJSON());
    expect([...stages]).toEqual(['count', 'learn']);
    close();
  });

  it('passes on what the trainer throws', async () => {
    const { here, there, close } = ports();
    serveTraining(there);
    await expect(trainInWorker(here, { model: 'bpe', options: { vocabSize: 3 } }, ['a'])).rejects.toThrow(
      'vocabSize (3)',
    );
    close();
  });
});
