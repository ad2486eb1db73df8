import { describe, expect, it } from 'vitest';
import { BpeTrainer, lines, Tokenizer, trainBpe, trainFromStream, trainUnigram, trainWordPiece } from '../src/index.js';
import { readFixture } from './fixture.js';

interface BpeCase {
  vocabSize: number;
  specialTokens?: string[];
  minFrequency?: number;
  maxTokenLength?: number;
  limitAlphabet?: number;
  alphabet?: string;
  merges: [string, string][];
  vocab: Record<string, number>;
}

const fixture = readFixture<{
  text: string;
  bpe: BpeCase[];
  wordPiece: string[];
  unigram: [string, number][];
}>('training');

const modelOf = (tokenizer: Tokenizer) => tokenizer.toJSON().model as { merges: unknown; vocab: unknown };

describe('trainers beside those of Hugging Face', () => {
  it.each(fixture.bpe.map(({ merges, vocab, ...options }) => ({ options, merges, vocab })))(
    'learns the same merges and vocabulary with $options',
    ({ options: { alphabet, ...options }, merges, vocab }) => {
      const initialAlphabet = alphabet ?? (options.limitAlphabet ? [] : undefined);
      const model = modelOf(trainBpe(fixture.text, { ...options, initialAlphabet }));
      expect(model.merges).toEqual(merges);
      expect(model.vocab).toEqual(vocab);
    },
  );

  it('learns the same WordPiece vocabulary but for ties, which that trainer breaks at random', () => {
    const trained = trainWordPiece(fixture.text, { vocabSize: 400, specialTokens: ['[UNK]', '[CLS]'] });
    const ours = new Set(Object.keys(modelOf(trained).vocab as object));
    const missing = fixture.wordPiece.filter((token) => !ours.has(token));
    expect(ours.size).toBe(fixture.wordPiece.length);
    expect(missing.length).toBeLessThanOrEqual(4);
  });

  it('learns the same Unigram pieces and scores where nothing is pruned', () => {
    const trained = trainUnigram(fixture.text, { vocabSize: 4000, specialTokens: ['<s>'], unkToken: '<unk>' });
    const ours = new Map(modelOf(trained).vocab as [string, number][]);
    expect([...ours.keys()].sort()).toEqual(fixture.unigram.map(([piece]) => piece).sort());
    // characters that are no piece get a penalty in an order that the other trainer leaves to chance
    for (const [piece, score] of fixture.unigram) expect(ours.get(piece)).toBeCloseTo(score, 2);
  });
});

describe('training', () => {
  it('prunes Unigram pieces to the size asked for and still spells every text', () => {
    const trained = trainUnigram(fixture.text, { vocabSize: 300, unkToken: '<unk>' });
    expect(trained.vocabSize).toBe(300);
    expect(trained.decode(trained.encode('banuing lomi 日本'))).toBe('banuing lomi 日本');
    expect(trained.encode('banuing').length).toBeLessThan('banuing'.length);
  });

  it('does not depend on how a stream was cut into chunks', async () => {
    const chunks = fixture.text.match(/[^]{1,97}/gu)!;
    const streamed = await trainFromStream(new BpeTrainer({ vocabSize: 500 }), lines(chunks));
    const whole = trainBpe(fixture.text.split(/(?<=\n)/), { vocabSize: 500 });
    expect(streamed.toJSON()).toEqual(whole.toJSON());
  });

  it('reports how far it is', () => {
    const stages: string[] = [];
    trainBpe(fixture.text, { vocabSize: 900, onProgress: ({ stage }) => stages.push(stage) });
    expect(new Set(stages)).toEqual(new Set(['count', 'learn']));
  });

  it('says which vocabulary is too small', () => {
    expect(() => trainBpe('abc', { vocabSize: 100 })).toThrow('vocabSize (100) must be at least 256');
    expect(() => trainUnigram('abcdef', { vocabSize: 3 })).toThrow('vocabSize (3) must be at least 7');
  });

  it('trains on nothing', () => {
    expect(trainBpe('', { vocabSize: 300 }).vocabSize).toBe(256);
  });

  it('round-trips a file of prototype-named tokens', () => {
    const text = '__proto__ constructor toString __proto__ constructor '.repeat(9);
    const trained = trainBpe(text, { vocabSize: 300, specialTokens: ['__proto__'] });
    const again = Tokenizer.fromJSON(JSON.parse(JSON.stringify(trained.toJSON())));
    expect(again.decode(again.encode(text))).toBe(text);
    expect(again.encode('__proto__', { specialTokens: 'allow' })).toEqual([0]);
  });
});
