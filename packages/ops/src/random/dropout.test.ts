import { describe, expect, it } from 'vitest';
import { DropoutRng } from './dropout-rng.js';
import { dropoutWords } from './dropout-words.js';
import fixtures from './fixtures/random.json' with { type: 'json' };
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';

describe('dropout', () => {
  it.each(fixtures.dropout)('keeps what Python keeps: seed $seed, step $step, call $call', async (fixture) => {
    await useBackend(cpu());
    const { seed, step, call, rate, kept } = fixture;
    const limbs = new DropoutRng({ seed, step, call }).next();
    const words = dropoutWords(kept.length, limbs.dataSync());
    expect([...words].map((word) => Number(word >= Math.floor(rate * 2 ** 32)))).toEqual(kept);
  });
});

describe('DropoutRng', () => {
  it('moves on with each call, and a fork starts where it stands', () => {
    const rng = new DropoutRng({ seed: 3, step: 1 });
    const first = rng.next().dataSync();
    const fork = rng.fork();
    const second = rng.next().dataSync();
    expect(second).not.toEqual(first);
    expect(fork.next().dataSync()).toEqual(second);
  });
  it.each([-1, 0.5, 2 ** 32])('refuses the step %d', (step) => {
    expect(() => new DropoutRng({ seed: 0, step })).toThrow(RangeError);
  });
});
