import { describe, expect, it } from 'vitest';
import { softmax, temperature, topK, topP } from './index.js';

const apply = (process: (logits: Float32Array) => void, values: number[]) => {
  const logits = Float32Array.from(values);
  process(logits);
  return [...logits];
};

describe('temperature', () => {
  it('divides', () => expect(apply(temperature(0.5), [1, -2])).toEqual([2, -4]));
  it('must be positive', () => expect(() => temperature(0)).toThrow('temperature (0) must be greater than 0'));
});

describe('topK', () => {
  it('keeps the best', () => expect(apply(topK(2), [1, 3, 2])).toEqual([-Infinity, 3, 2]));
  it('keeps ties', () => expect(apply(topK(1), [2, 2, 1])).toEqual([2, 2, -Infinity]));
  it('changes nothing when k covers the vocabulary', () => expect(apply(topK(5), [1, 2])).toEqual([1, 2]));
  it('must be a positive integer', () => expect(() => topK(0.5)).toThrow('topK (0.5) must be a positive integer'));
});

describe('topP', () => {
  const half = [Math.log(0.5), Math.log(0.3), Math.log(0.2)].map(Math.fround);

  it('keeps the token that crosses p', () => expect(apply(topP(0.6), half)).toEqual([half[0], half[1], -Infinity]));
  it('always keeps one', () => expect(apply(topP(1e-9), half)).toEqual([half[0], -Infinity, -Infinity]));
  it('keeps all at 1', () => {
    expect(apply(topP(1), half)).toEqual(half);
    // three thirds and a rest: their sum rounds to 1 before it is complete
    expect(apply(topP(1), [0, 0, 0, -40])).toEqual([0, 0, 0, -40]);
  });
  it('must be a probability', () => expect(() => topP(1.5)).toThrow('topP (1.5) must be in (0, 1]'));
});

describe('softmax', () => {
  it('sums to one and gives nothing to what is ruled out', () => {
    const probabilities = softmax(Float32Array.of(1000, -Infinity, 1000));
    expect([...probabilities]).toEqual([0.5, 0, 0.5]);
  });

  it('survives a temperature so low that logits overflow', () => {
    const logits = Float32Array.of(1, 5, 5);
    temperature(1e-38)(logits);
    expect([...softmax(logits)]).toEqual([0, 0.5, 0.5]);
  });
});
