import '@tensorflow/tfjs-backend-cpu';
import { RandomStream } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { initialize, Linear, Module, valueAndGradients, withoutInit, parameters } from './index.js';

class Pair extends Module {
  first = new Linear(3, 4);
  second = new Linear(3, 4);
}
class Riap extends Module {
  second = new Linear(3, 4);
  first = new Linear(3, 4);
}

describe('initial values', () => {
  it('come from the stream of their path', () => {
    using model = initialize(new Pair(), { seed: 7 });
    const expected = new RandomStream(7, 'init/second.weight').normalArray(12, { mean: 0, std: 0.02 });
    expect(model.second.weight.dataSync()).toEqual(expected);
    expect([...model.second.bias!.dataSync()]).toEqual([0, 0, 0, 0]);
  });

  it('do not depend on the order of fields', () => {
    using a = initialize(new Pair(), { seed: 7 });
    using b = initialize(new Riap(), { seed: 7 });
    expect(a.first.weight.dataSync()).toEqual(b.first.weight.dataSync());
  });

  it('differ by seed and by path', () => {
    using a = initialize(new Pair(), { seed: 7 });
    using b = initialize(new Pair(), { seed: 8 });
    expect(a.first.weight.dataSync()).not.toEqual(b.first.weight.dataSync());
    expect(a.first.weight.dataSync()).not.toEqual(a.second.weight.dataSync());
  });

  it('are not drawn again', () => {
    using model = initialize(new Pair(), { seed: 7 });
    const before = model.first.weight.dataSync().slice();
    initialize(model, { seed: 8 });
    expect(model.first.weight.dataSync()).toEqual(before);
  });

  it('are skipped inside withoutInit, also when it throws', () => {
    using model = withoutInit(() => initialize(new Pair(), { seed: 7 }));
    expect(model.first.weight.dataSync().every((value) => value === 0)).toBe(true);
    expect(() =>
      withoutInit(() => {
        throw new Error('no file');
      }),
    ).toThrow('no file');
    initialize(model, { seed: 7 });
    expect(model.first.weight.dataSync().some((value) => value !== 0)).toBe(true);
  });

  it('must be there before training', () => {
    using model = new Pair();
    expect(() => valueAndGradients(() => tf.sum(model.first.weight) as tf.Scalar, parameters(model))).toThrow(
      'first.bias has no values yet: call initialize(model, { seed }) or load a state dict',
    );
  });
});
