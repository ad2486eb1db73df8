import { expect, test } from 'vitest';
import { chooseCompetitors } from './competitors.js';
import { parseOptions } from './options.js';

const names = (...args: string[]) => chooseCompetitors(parseOptions(args)).map(({ name }) => name);

test('the peers are asked for', () => {
  expect(names()).toEqual(['ashlar', 'tfjs', 'tfjs-transposed']);
  expect(names('--peers', '--python', 'python3')).toEqual(['ashlar', 'tfjs', 'tfjs-transposed', 'jax-js', 'pytorch']);
  expect(names('--peers', '--only', 'jax-js,ashlar')).toEqual(['ashlar', 'jax-js']);
});

test('a shape of seconds a step is run less often', () => {
  expect(parseOptions([])).toMatchObject({ shape: 'config-a', threads: 1, rounds: 5, steps: 4 });
  expect(parseOptions(['--shape', 'hidden-384', '--steps', '2'])).toMatchObject({ rounds: 2, steps: 2, warmup: 1 });
});

test('wrong options get a sentence', () => {
  expect(() => names('--only', 'jax-js')).toThrow(
    '--only: there is no jax-js here, only ashlar, tfjs, tfjs-transposed',
  );
  expect(() => parseOptions(['--shape', 'gpt3'])).toThrow('--shape: there is no gpt3 here, only config-a, hidden-384.');
  expect(() => parseOptions(['--threads', '1000'])).toThrow('--threads must be a whole number from 1 to');
  expect(() => parseOptions(['--rounds', 'many'])).toThrow('--rounds must be a whole number from 1 to 100, not many.');
  expect(() => parseOptions(['--fast'])).toThrow('--fast');
});
