import '@tensorflow/tfjs-backend-cpu';
import { DropoutRng } from '@ashlar/ops';
import { Linear, Module, numParameters, parameters, replaceModules, valueAndGradients } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Gpt2, gpt2Presets, parameterAccount, type Gpt2Config } from './index.js';

const small: Gpt2Config = { vocabSize: 11, contextLength: 12, hiddenSize: 12, numLayers: 2, numHeads: 3 };
const ids = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');
const difference = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
const row = (x: tf.Tensor, i: number, start = 0) => tf.slice(x, [i, start, 0], [1, x.shape[1]! - start, -1]);

describe('Gpt2', () => {
  it("has Hugging Face's parameter names", () => {
    using model = new Gpt2({ ...small, numLayers: 1 });
    expect([...parameters(model)].map(([path, { shape }]) => `${path} ${shape}`)).toEqual([
      'h.0.attn.c_attn.bias 36',
      'h.0.attn.c_attn.weight 36,12',
      'h.0.attn.c_proj.bias 12',
      'h.0.attn.c_proj.weight 12,12',
      'h.0.ln_1.bias 12',
      'h.0.ln_1.weight 12',
      'h.0.ln_2.bias 12',
      'h.0.ln_2.weight 12',
      'h.0.mlp.c_fc.bias 48',
      'h.0.mlp.c_fc.weight 48,12',
      'h.0.mlp.c_proj.bias 12',
      'h.0.mlp.c_proj.weight 12,48',
      'ln_f.bias 12',
      'ln_f.weight 12',
      'wpe.weight 12,12',
      'wte.weight 11,12',
    ]);
  });

  it('starts near the loss of guessing', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const logProbs = tf.logSoftmax(model.forward(ids([[1, 2, 3]])));
      expect(tf.mean(logProbs).dataSync()[0]).toBeCloseTo(-Math.log(11), 1);
    });
  });

  it('never lets a later token change an earlier logit', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const [a, b] = [model.forward(ids([[1, 2, 3, 4]])), model.forward(ids([[1, 2, 3, 9]]))];
      const early = (x: tf.Tensor) => tf.slice(x, [0, 0, 0], [1, 3, -1]);
      expect(difference(early(a), early(b))).toBe(0);
    });
  });

  it('decodes with a cache, prefilled in chunks, as without', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const rows = [[1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1], [0, 10, 0, 10, 0, 10, 0]]; // prettier-ignore
      const cache = model.createCache(3);
      const chunk = (from: number, to: number) => model.forward(ids(rows.map((r) => r.slice(from, to))), { cache });
      const cached = tf.concat([chunk(0, 3), chunk(3, 4), chunk(4, 5), chunk(5, 7)], 1);
      expect(difference(cached, model.forward(ids(rows)))).toBeLessThan(1e-5);
      cache.dispose();
    });
  });

  it('decodes in one call a block as with a layer that something is wrapped around', () => {
    using plain = new Gpt2(small);
    using wrapped = new Gpt2(small);
    tf.tidy(() => {
      for (const block of wrapped.h) {
        const { cProj } = block.attn;
        block.attn.cProj = { forward: (x: tf.Tensor) => cProj.forward(x) } as typeof cProj;
      }
      const [one, other] = [plain, wrapped].map((model) => {
        const cache = model.createCache(2, { leftPadding: [1, 0] });
        const steps = [[[0, 1, 2], [3, 4, 5]], [[6], [7]], [[8], [1]]]; // prettier-ignore
        const logits = steps.map((step) => model.forward(ids(step), { cache }));
        cache.dispose();
        return tf.concat(logits, 1);
      });
      expect(difference(one!, other!)).toBeLessThan(1e-6);
    });
  });

  it('asks a layer that extends Linear for its own forward, with and without a cache', () => {
    class Doubled extends Linear {
      override forward(x: tf.Tensor): tf.Tensor {
        return tf.mul(super.forward(x), 2);
      }
    }
    using extended = new Gpt2(small);
    using wrapped = new Gpt2(small);
    const [mlp, other] = [extended.h[0]!.mlp, wrapped.h[0]!.mlp];
    const plain = other.cFc as Linear;
    const doubled = new Doubled(12, 48);
    doubled.weight.assign(plain.weight);
    mlp.cFc = doubled;
    other.cFc = { forward: (x: tf.Tensor) => tf.mul(plain.forward(x), 2) } as Linear;
    tf.tidy(() => {
      const rows = ids([[1, 2, 3]]);
      const cache = extended.createCache(1);
      const expected = wrapped.forward(rows);
      expect(difference(extended.forward(rows), expected)).toBeLessThan(1e-6);
      expect(difference(extended.forward(rows, { cache }), expected)).toBeLessThan(1e-6);
      cache.dispose();
    });
  });

  it('gives a left-padded row the logits it has alone, cached and uncached', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const alone = model.forward(ids([[3, 1, 4]]));
      const padded = ids([[0, 0, 3, 1, 4], [2, 7, 1, 8, 2]]); // prettier-ignore
      const cache = model.createCache(2, { leftPadding: [2, 0] });
      expect(difference(row(model.forward(padded, { cache }), 0, 2), alone)).toBeLessThan(1e-5);
      const next = model.forward(ids([[1], [8]]), { cache });
      expect(difference(row(next, 0), row(model.forward(ids([[3, 1, 4, 1]])), 0, 3))).toBeLessThan(1e-5);
      expect(difference(row(next, 1), row(model.forward(ids([[2, 7, 1, 8, 2, 8]])), 0, 5))).toBeLessThan(1e-5);
      cache.dispose();
    });
  });

  it('goes on from a forked and truncated cache', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const cache = model.createCache(1);
      model.forward(ids([[1, 2, 3, 4]]), { cache });
      const fork = cache.fork([0, 0]);
      fork.truncate(2);
      const forked = model.forward(ids([[5], [6]]), { cache: fork });
      expect(difference(row(forked, 1), row(model.forward(ids([[1, 2, 6]])), 0, 2))).toBeLessThan(1e-5);
      cache.dispose();
      fork.dispose();
    });
  });

  it('gives packed rows the logits and the gradients of the texts alone', () => {
    using model = new Gpt2(small);
    const texts = [[1, 2, 3], [7, 1, 8, 2, 8], [5], [9, 0]]; // prettier-ignore
    tf.tidy(() => {
      const tensor = (rows: number[][]) => ids(rows.map((texts) => texts.flat()));
      const packed = tensor([
        [...texts[0]!, ...texts[1]!],
        [...texts[2]!, ...texts[3]!, 0, 0, 0, 0, 0],
      ]);
      const positions = tensor([[0, 1, 2, 0, 1, 2, 3, 4], [0, 0, 1, 0, 1, 2, 3, 4]]); // prettier-ignore
      const segments = tensor([[0, 0, 0, 1, 1, 1, 1, 1], [0, 1, 1, 2, 2, 2, 2, 2]]); // prettier-ignore
      const starts = [[0, 0], [0, 3], [1, 0], [1, 1]]; // prettier-ignore
      const together = () => {
        const logits = model.forward(packed, { positions, segments });
        return texts.map(({ length }, i) => tf.slice(logits, [...starts[i]!, 0], [1, length, -1]));
      };
      const apart = () => texts.map((text) => model.forward(ids([text])));
      const loss = (run: () => tf.Tensor[]) =>
        valueAndGradients(() => tf.addN(run().map((x) => tf.sum(tf.square(x)))) as tf.Scalar, parameters(model));
      const alone = apart();
      together().forEach((logits, i) => expect(difference(logits, alone[i]!)).toBeLessThan(1e-6));
      const [a, b] = [loss(together), loss(apart)];
      for (const [path, gradient] of a.gradients)
        expect(difference(gradient, b.gradients.get(path)!)).toBeLessThan(1e-5);
      expect(() => model.forward(packed, { segments, cache: model.createCache(2) })).toThrow('attend: segments');
    });
  });

  it('keeps only the logits that are asked for', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const tokens = ids([[1, 2, 3]]);
      const last = model.forward(tokens, { logitsToKeep: 1 });
      expect(last.shape).toEqual([1, 1, 11]);
      expect(difference(last, row(model.forward(tokens), 0, 2))).toBe(0);
      expect(model.forward(tokens, { logitsToKeep: 5 }).shape).toEqual([1, 3, 11]);
    });
  });

  it('shows the attention weights of every layer', () => {
    using model = new Gpt2(small);
    tf.tidy(() => {
      const seen: string[] = [];
      model.forward(ids([[1, 2]]), { trace: (path, value) => seen.push(`${path} ${value.shape}`) });
      expect(seen).toEqual(['h.0.attn.weights 1,3,2,2', 'h.1.attn.weights 1,3,2,2']);
    });
  });

  it('drops out only when given a generator, and the same way for the same step', () => {
    using model = new Gpt2({ ...small, dropout: 0.5 });
    tf.tidy(() => {
      const tokens = ids([[1, 2, 3]]);
      const plain = model.forward(tokens);
      const dropped = (step: number) => model.forward(tokens, { rng: new DropoutRng({ seed: 1, step }) });
      expect(difference(model.forward(tokens), plain)).toBe(0);
      expect(difference(dropped(1), dropped(1))).toBe(0);
      expect(difference(dropped(1), dropped(2))).toBeGreaterThan(0);
    });
  });

  it.each(['gelu', 'gelu_new', 'relu', 'silu'] as const)('has a gradient for every parameter with %s', (activation) => {
    using model = new Gpt2({ ...small, activation });
    tf.tidy(() => {
      const { gradients } = valueAndGradients(
        () => tf.neg(tf.mean(tf.logSoftmax(model.forward(ids([[1, 2, 3]]))))) as tf.Scalar,
        parameters(model),
      );
      expect([...gradients.keys()]).toEqual([...parameters(model).keys()]);
    });
  });

  it('lives beside another model and frees all it made', () => {
    const before = tf.memory().numTensors;
    const [policy, reference] = [new Gpt2(small, { seed: 1 }), new Gpt2(small, { seed: 1 })];
    tf.tidy(() => {
      expect(difference(policy.forward(ids([[1]])), reference.forward(ids([[1]])))).toBe(0);
    });
    policy.dispose();
    reference.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says what does not fit', () => {
    using model = new Gpt2(small);
    expect(() => new Gpt2({ ...small, hiddenSize: 65, numHeads: 4 })).toThrow(
      'Gpt2Config: hiddenSize (65) must be a multiple of numHeads (4)',
    );
    expect(() => new Gpt2({ ...small, numLayers: 0 })).toThrow('numLayers (0) must be a positive integer');
    expect(() => new Gpt2({ ...small, activation: 'swish' as 'gelu' })).toThrow("unknown activation 'swish'");
    tf.tidy(() => {
      expect(() => model.forward(ids([Array.from({ length: 13 }, () => 1)]))).toThrow(
        'Gpt2: 13 tokens do not fit into a context of 12',
      );
      expect(() => model.forward(tf.tensor1d([1, 2], 'int32'))).toThrow('Gpt2: tokens must be [batch, seq], not [2]');
      expect(() => model.forward(tf.zeros([1, 0], 'int32'))).toThrow('Gpt2: tokens must be [batch, seq], not [1,0]');
      expect(() => model.forward(ids([[1, 2]]), { cache: model.createCache(2) })).toThrow(
        'Gpt2: 1 rows of tokens do not fit a cache of 2',
      );
    });
  });

  it('hands its dropout generator to every projection, for what wraps them', () => {
    class Listener extends Module {
      heard: (DropoutRng | undefined)[] = [];
      constructor(readonly inner: Linear) {
        super();
      }
      forward(x: tf.Tensor, rng?: DropoutRng): tf.Tensor {
        this.heard.push(rng);
        return this.inner.forward(x);
      }
    }
    const model = new Gpt2({ vocabSize: 5, contextLength: 4, hiddenSize: 4, numLayers: 2, numHeads: 2 });
    const listeners: Listener[] = [];
    const wrap = (child: Module) => listeners[listeners.push(new Listener(child as Linear)) - 1]!;
    replaceModules(model, (_, child) => child instanceof Linear, wrap);
    const rng = new DropoutRng({ seed: 1, step: 0 });
    tf.tidy(() => [{ rng }, {}].forEach((options) => model.forward(tf.tensor2d([[1, 2]], [1, 2], 'int32'), options)));
    expect(listeners.map(({ heard }) => heard)).toEqual(Array(8).fill([rng, undefined]));
    model.dispose();
  });
});

describe('parameterAccount', () => {
  const millions = (n: number) => Number((n / 1e6).toFixed(1));

  it('agrees with the model itself', () => {
    for (const config of [small, { ...small, bias: false }, { ...small, intermediateSize: 20 }]) {
      using model = new Gpt2(config);
      expect(parameterAccount(config).actual.total).toBe(numParameters(model));
    }
  });

  it('accounts for GPT-3 Small as published', () => {
    const { textbook, actual } = parameterAccount(gpt2Presets['gpt3-small']);
    const { tokenEmbedding, unembedding, attention, mlp, total } = textbook;
    expect([tokenEmbedding, unembedding, attention, mlp, total].map(millions)).toEqual([38.4, 38.4, 28.3, 56.6, 161.7]);
    expect(Math.round(actual.total / 1e6)).toBe(125);
  });

  it('counts GPT-2 to the last value', () => {
    expect(parameterAccount(gpt2Presets.gpt2).actual.total).toBe(124_439_808);
    expect(parameterAccount(gpt2Presets['nanogpt-cpu']).actual.total).toBe(804_096);
  });
});
