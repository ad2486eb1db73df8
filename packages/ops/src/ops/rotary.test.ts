import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import fixtures from '../fixtures/rotary.json' with { type: 'json' };
import { expectClose } from '../testing/index.js';
import { wasm } from '../wasm/index.js';
import { rotary, rotaryTables, type RotaryTablesOptions } from './rotary.js';

const upload = ({ shape, values }: { shape: number[]; values: number[] }, dtype: 'float32' | 'int32' = 'float32') =>
  tf.tensor(values, shape, dtype);

describe.each([cpu(), wasm()])('rotary on $name', (plugin) => {
  beforeAll(() => useBackend(plugin));

  test.each(fixtures.cases)('Transformers agrees: $name', async ({ attributes, tables, ...fixture }) => {
    const [x, dy, positions] = [upload(fixture.x), upload(fixture.dy), upload(fixture.positions, 'int32')];
    const made = rotaryTables(tables as RotaryTablesOptions);
    const turn = (input: tf.Tensor) => rotary(input, made, { ...attributes, positions });
    const y = turn(x);
    await expectClose(y, fixture.output.values, { tolerance: 2e-6 });
    const dx = tf.grad(turn)(x, dy);
    await expectClose(dx, fixture.gradient.values, { tolerance: 2e-6 });
    tf.dispose([x, dy, positions, made, y, dx]);
  });

  test.each([
    ['of each token', () => tf.tensor2d([[0, 8]], [1, 2], 'int32'), 8],
    ['from the first one', () => tf.scalar(7, 'int32'), 8],
    ['negative', () => tf.tensor2d([[-1, 0]], [1, 2], 'int32'), -1],
  ])('refuses positions outside of the tables, %s', (_, positions, outside) => {
    tf.tidy(() => {
      const call = () =>
        rotary(tf.zeros([1, 2, 4]), rotaryTables({ maxPositions: 8, rotaryDim: 4 }), {
          numHeads: 1,
          positions: positions(),
        });
      expect(call).toThrow(plugin.name === 'wasm' ? `rotary: position ${outside} is outside of the tables' 8` : `index value ${outside}`);
    });
  });
}); // prettier-ignore
