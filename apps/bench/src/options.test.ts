import { expect, test } from 'vitest';
import { chooseCompetitors } from './competitors.js';
import { parseOptions } from './options.js';

const names = (...args: string[]) => chooseCompetitors(parseOptions(args)).map(({ name }) => name);

test('the peers are asked for', () => {
  expect(names()).toEqual(['ashlar', 'tfjs', 'tfjs-transposed']);
  expect(names('--peers', '--python', 'python3')).toEqual(['ashlar', 'tfjs', 'tfjs-transposed', 'jax-js', 'pytorch']);
  expect(names('--peers', '--only', 'jax-js,ashlar')).toEqual(['ashlar', 'jax-js']);
});

test('wrong options get a sentence', () => {
  expect(() => names('--only', 'jax-js')).toThrow('--only: there is no competitor jax-js here, only ashlar, tfjs');
  expect(() => parseOptions(['--rounds', 'many'])).toThrow('--rounds must be a whole number from 1 to 100, not many.');
  expect(() => parseOptions(['--fast'])).toThrow('--fast');
});
