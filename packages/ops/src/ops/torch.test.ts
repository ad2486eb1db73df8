import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import fixtures from '../fixtures/torch.json' with { type: 'json' };
import { registerGradients } from '../gradients/index.js';
import { expectClose } from '../testing/index.js';
import { wasm } from '../wasm/index.js';
import { attention, type AttentionOptions } from './attention.js';
import { crossEntropy } from './cross-entropy.js';
import { embedding } from './embedding.js';
import { gelu } from './gelu.js';
import { layerNorm } from './layer-norm.js';
import { linear } from './linear.js';

type Inputs = Record<string, tf.Tensor>;
const ops: Record<string, (x: Inputs, attributes: object) => tf.Tensor> = {
  linear: ({ x, weight, bias }, attributes) => linear(x!, weight!, bias, attributes),
  gelu: ({ x }, attributes) => gelu(x!, attributes),
  layerNorm: ({ x, weight, bias }, attributes) => layerNorm(x!, weight!, bias, attributes),
  attention: ({ q, k, v, ...masks }, attributes) =>
    attention(q!, k!, v!, Object.assign({}, masks, attributes) as unknown as AttentionOptions),
  embedding: ({ ids, weight }) => embedding(ids!, weight!),
  crossEntropy: ({ logits, targets }, attributes) => crossEntropy(logits!, targets!, attributes),
};

interface Fixture {
  shape: number[];
  dtype?: string;
  values: number[];
}
const integers = ['ids', 'targets', 'keyMask', 'queryOffset'];
const upload = (name: string, { shape, values }: Fixture) =>
  tf.tensor(values, shape, integers.includes(name) ? 'int32' : 'float32');

describe.each([cpu(), wasm()])('PyTorch agrees on $name', (plugin) => {
  beforeAll(async () => {
    tf.disposeVariables();
    await useBackend(plugin);
    registerGradients();
  });

  test.each(fixtures.cases.map((fixture, i) => ({ ...fixture, i })))('$i $name $attributes', async (fixture) => {
    const inputs = Object.fromEntries(
      Object.entries(fixture.inputs as unknown as Record<string, Fixture>).map(([name, x]) => [name, upload(name, x)]),
    );
    const expected = fixture.gradients as unknown as Record<string, Fixture>;
    const y = tf.tidy(() => ops[fixture.name]!(inputs, fixture.attributes));
    await expectClose(y, fixture.output.values, { tolerance: 1e-5 });
    const names = Object.keys(expected);
    const gradients = tf.tidy(() => {
      const dy = upload('dy', fixture.dy);
      const loss = () => tf.sum(tf.mul(ops[fixture.name]!(inputs, fixture.attributes), dy)) as tf.Scalar;
      return tf.engine().gradients(loss, names.map((name) => inputs[name]!)).grads; // prettier-ignore
    });
    for (const [i, name] of names.entries())
      await expectClose(gradients[i]!, expected[name]!.values, { tolerance: 2e-5, absolute: 1e-6, name: `d${name}` });
    tf.dispose([inputs, y, gradients]);
  });
});
