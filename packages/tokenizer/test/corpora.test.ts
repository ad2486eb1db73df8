import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeStream, Tokenizer, trainBpe } from '../src/index.js';

const file = join(process.env['ASHLAR_DATA_DIR'] ?? 'nowhere', 'tinyshakespeare.txt');

/** Chunks that cut words and characters anywhere. */
function* chunks(text: string): Generator<string> {
  for (let at = 0, step = 1; at < text.length; at += step, step = (step * 7 + 3) % 10_007)
    yield text.slice(at, at + step);
}

describe.skipIf(!existsSync(file))(
  'tinyshakespeare in ASHLAR_DATA_DIR (skipped where that folder is not named)',
  () => {
    it('trains, encodes, streams, is written and read, and comes back', async () => {
      const text = readFileSync(file, 'utf8');
      const tokenizer = trainBpe(text, { vocabSize: 1000, specialTokens: ['<|endoftext|>'] });
      const ids = tokenizer.encode(text);
      expect(tokenizer.vocabSize).toBe(1000);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(tokenizer.countTokens(text)).toBe(ids.length);
      const streamed: number[][] = [];
      for await (const block of encodeStream(tokenizer, chunks(text))) streamed.push(block);
      expect(streamed.flat()).toEqual(ids);
      expect(Tokenizer.fromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON()))).encode(text)).toEqual(ids);
    });
  },
);
