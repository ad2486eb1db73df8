import { describe, expect, it } from 'vitest';
import { byteTokenizer, characterTokenizer, Tokenizer, trainBpe } from './index.js';

const text = 'First Citizen:\nBefore we proceed any further, hear me speak. Héllo 🌍 naïve\n'.repeat(20);

describe('the small tokenizers', () => {
  it('numbers characters in code point order', () => {
    const tokenizer = characterTokenizer('hello 🌍');
    expect(tokenizer.vocabSize).toBe(6);
    expect(tokenizer.encode('hello 🌍')).toEqual([2, 1, 3, 3, 4, 0, 5]);
    expect(tokenizer.decode(tokenizer.encode('hello 🌍'))).toBe('hello 🌍');
    expect(() => tokenizer.encode('z')).toThrow('not in the vocabulary');
  });

  it('numbers bytes by their value', () => {
    const tokenizer = byteTokenizer();
    expect(tokenizer.vocabSize).toBe(256);
    expect(tokenizer.encode('aé')).toEqual([97, 0xc3, 0xa9]);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it('trains, encodes and decodes byte-level BPE, through its JSON too', () => {
    const trained = trainBpe(text, {
      vocabSize: 300,
      specialTokens: ['<|endoftext|>'],
    });
    expect(trained.vocabSize).toBe(300);
    for (const tokenizer of [trained, Tokenizer.fromJSON(JSON.parse(JSON.stringify(trained.toJSON())))]) {
      const ids = tokenizer.encode(text);
      expect(ids.length).toBeLessThan(text.length);
      expect(tokenizer.decode(ids)).toBe(text);
      expect(tokenizer.encode('<|endoftext|>', { specialTokens: 'allow' })).toEqual([0]);
      expect(tokenizer.encode('<|endoftext|>').length).toBeGreaterThan(1);
    }
  });

  it('streams text without splitting a character', () => {
    const tokenizer = byteTokenizer();
    const stream = tokenizer.decodeStream();
    const parts = tokenizer.encode('a🌍b').map((id) => stream.push(id));
    expect(parts).toEqual(['a', '', '', '', '🌍', 'b']);
    expect(stream.end()).toBe('');
  });
});
