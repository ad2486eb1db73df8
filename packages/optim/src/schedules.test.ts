import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as optim from './index.js';

interface Case {
  name: 'nanoGptSchedule' | 'cosineWithWarmup' | 'linearWithWarmup' | 'constantWithWarmup';
  options: { learningRate: number; warmupSteps: number; decaySteps: number; totalSteps: number };
  rates: number[];
}

const { schedules } = JSON.parse(readFileSync(new URL('../test/fixtures/optim.json', import.meta.url), 'utf8')) as {
  schedules: Case[];
};

describe('schedules', () => {
  it.each(schedules)('$name is that of Python, step by step: $options', ({ name, options, rates }) => {
    const schedule = optim[name](options);
    rates.forEach((rate, step) =>
      expect(Math.abs(schedule(step) - rate)).toBeLessThanOrEqual(1e-15 * options.learningRate),
    );
  });

  it('nanoGPT goes down to a tenth unless told otherwise', () => {
    const schedule = optim.nanoGptSchedule({ learningRate: 1e-3, warmupSteps: 0, decaySteps: 10 });
    expect(schedule(10)).toBe(1e-4);
    expect(schedule(1e9)).toBe(1e-4);
  });

  it('a warm-up that lasts as long as the decay ends at the lowest', () => {
    const options = { learningRate: 1, warmupSteps: 3, decaySteps: 3, minLearningRate: 0.5 };
    expect([2, 3, 4].map(optim.nanoGptSchedule(options))).toEqual([0.75, 0.5, 0.5]);
  });
});
