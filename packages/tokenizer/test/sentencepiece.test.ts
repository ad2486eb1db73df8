import { describe, expect, it } from 'vitest';
import { sentencePieceToJson } from '../src/sentencepiece/to-json.js';
import { Tokenizer } from '../src/tokenizer.js';
import { readFixture } from './fixture.js';

interface Fixture {
  texts: string[];
  /** Ids, and the decoded text where no id is unknown. */
  models: { name: string; model: string; cases: [ids: number[], decoded: string | null][] }[];
}

const { texts, models } = readFixture<Fixture>('sentencepiece');
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('a SentencePiece model', () => {
  it.each(models)('$name: gives the ids of SentencePiece', ({ model, cases }) => {
    const tokenizer = Tokenizer.fromJSON(sentencePieceToJson(bytesOf(model)));
    const ours = texts.map((text) => ({ text, ids: tokenizer.encode(text) }));
    expect(ours).toEqual(texts.map((text, i) => ({ text, ids: cases[i]![0] })));
  });

  it.each(models)('$name: decodes as SentencePiece', ({ model, cases }) => {
    const tokenizer = Tokenizer.fromJSON(sentencePieceToJson(bytesOf(model)));
    const known = cases.filter(([, decoded]) => decoded !== null);
    expect(known.map(([ids]) => tokenizer.decode(ids))).toEqual(known.map(([, decoded]) => decoded));
  });

  it('that is cut short or no model at all gives an error', () => {
    const bytes = bytesOf(models[0]!.model);
    for (let length = 0; length < bytes.length; length += 97)
      try {
        sentencePieceToJson(bytes.subarray(0, length));
      } catch (error) {
        expect((error as Error).message).toMatch(/^SentencePiece: /);
      }
    expect(() => sentencePieceToJson(new TextEncoder().encode('{"version":"1.0"}'))).toThrow('SentencePiece: ');
  });
});
