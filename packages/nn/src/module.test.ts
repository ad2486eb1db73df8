import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  borrow,
  LayerNorm,
  Linear,
  Module,
  numParameters,
  parameter,
  parameters,
  replaceModules,
  stateDict,
  zeros,
} from './index.js';
import type { UnaryModule } from './index.js';

class Attention extends Module {
  cAttn: UnaryModule = new Linear(4, 12);
  cProj: UnaryModule = new Linear(4, 4, { bias: false });
}
class Block extends Module {
  ln_1 = new LayerNorm(4);
  attn = new Attention();
  lora_A = parameter([2, 4], zeros);
  LayerNorm = parameter([1], zeros);
}
class Model extends Module {
  h = [new Block(), new Block()];
  scale = tf.tidy(() => tf.variable(tf.scalar(1), false));
  table = tf.zeros([3]);
  config = { hiddenSize: 4, names: ['a', 'b'] };
}
class Holder extends Module {
  constructor(readonly held: unknown) {
    super();
  }
}
class Wrapper extends Module implements UnaryModule {
  lora_A = parameter([1, 4], zeros);
  constructor(readonly baseLayer: UnaryModule) {
    super();
  }
  forward(x: tf.Tensor): tf.Tensor {
    return this.baseLayer.forward(x);
  }
}

describe('the module tree', () => {
  it('names parameters by their path, sorted', () => {
    const model = new Model();
    expect([...parameters(model).keys()].filter((path) => path.startsWith('h.0.'))).toEqual([
      'h.0.LayerNorm',
      'h.0.attn.c_attn.bias',
      'h.0.attn.c_attn.weight',
      'h.0.attn.c_proj.weight',
      'h.0.ln_1.bias',
      'h.0.ln_1.weight',
      'h.0.lora_A',
    ]);
    model.dispose();
  });

  it('saves frozen variables, does not train them, and leaves derived tensors out', () => {
    const model = new Model();
    expect(stateDict(model).has('scale')).toBe(true);
    expect(parameters(model).has('scale')).toBe(false);
    expect(stateDict(model).has('table')).toBe(false);
    model.dispose();
  });

  it('frees every tensor it owns', () => {
    const before = tf.memory().numTensors;
    new Model().dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees what it owns once, however often it is told to', () => {
    const linear = new Linear(2, 2);
    const shared = tf.clone(linear.weight);
    const more = tf.clone(shared);
    for (let i = 0; i < 3; i++) linear.dispose();
    more.dispose();
    expect([...shared.dataSync()]).toEqual([0, 0, 0, 0]);
    shared.dispose();
  });

  it('lists a tied weight once', () => {
    const linear = new Linear(2, 3, { bias: false });
    const tied = new Holder(linear.weight);
    const model = new Holder(linear);
    Object.assign(model, { head: tied });
    expect([...parameters(model).keys()]).toEqual(['held.weight']);
    expect(numParameters(model)).toBe(6);
    model.dispose();
  });

  it.each([
    ['a Map', () => new Map([['a', tf.zeros([1])]])],
    ['a record', () => ({ q: new Linear(1, 1) })],
    ['an array of tensors', () => [tf.zeros([1])]],
    ['a nested array', () => [[new Linear(1, 1)]]],
    ['a Set inside of a record', () => ({ deep: new Set([tf.zeros([1])]) })],
  ])('refuses tensors and modules hidden in %s', (_, make) => {
    expect(() => parameters(new Holder(make()))).toThrow(/^held.*must be a field of a Module/);
  });

  it('refuses arrays that mix modules with other things', () => {
    expect(() => parameters(new Holder([new Linear(1, 1), 3]))).toThrow(
      'held: an array holds either Modules only or none',
    );
  });

  it('leaves what is borrowed to its owner', () => {
    const trunk = new Linear(2, 2);
    const head = new Holder(borrow(trunk));
    expect(parameters(head).size).toBe(0);
    head.dispose();
    expect(trunk.weight.isDisposed).toBe(false);
    expect((head.held as Linear).weight).toBe(trunk.weight);
    trunk.dispose();
  });

  it('frees itself at the end of a using block', () => {
    const before = tf.memory().numTensors;
    {
      using linear = new Linear(2, 2);
      expect(linear.weight.shape).toEqual([2, 2]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('replaceModules', () => {
  it('wraps what matches, once, and keeps the names of the wrapped', () => {
    const model = new Model();
    const wrapped = replaceModules(
      model,
      (path, child) => child instanceof Linear && path.endsWith('c_attn'),
      (child) => new Wrapper(child as UnaryModule),
    );
    expect(wrapped).toEqual(['h.0.attn.c_attn', 'h.1.attn.c_attn']);
    expect([...parameters(model).keys()].filter((path) => path.startsWith('h.1.attn.c_attn'))).toEqual([
      'h.1.attn.c_attn.base_layer.bias',
      'h.1.attn.c_attn.base_layer.weight',
      'h.1.attn.c_attn.lora_A',
    ]);
    model.dispose();
  });

  it('wraps a child that two places share once, for both', () => {
    const shared = new Linear(1, 1);
    const model = new Holder([shared, new Holder([shared])]);
    const wrapped = replaceModules(
      model,
      (_, child) => child === shared,
      (child) => new Wrapper(child as UnaryModule),
    );
    expect(wrapped).toEqual(['held.0']);
    const [first, second] = model.held as [Wrapper, Holder];
    expect(first).toBeInstanceOf(Wrapper);
    expect((second.held as Module[])[0]).toBe(first);
    model.dispose();
  });

  it('reaches elements of arrays', () => {
    const model = new Holder([new Linear(1, 1), new Linear(1, 1)]);
    expect(
      replaceModules(
        model,
        (path) => path === 'held.1',
        (child) => new Wrapper(child as UnaryModule),
      ),
    ).toEqual(['held.1']);
    expect((model.held as Module[])[1]).toBeInstanceOf(Wrapper);
    model.dispose();
  });
});
