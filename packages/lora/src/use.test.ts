import { borrow, stateDict } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks } from '@ashlar/ops/testing';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance, fillB, inputIds, logitBytes, randomModel, stateBytes } from '../test/tiny.js';
import { applyLora, disabled, loraParameters, mergeLora, removeLora, unmergeLora } from './index.js';

beforeAll(() => useBackend(cpu()));

/** A model whose adapters do something, and the bytes of its logits without and with them. */
function adapted(options: Parameters<typeof applyLora>[1] = {}) {
  const model = randomModel();
  const base = logitBytes(model);
  applyLora(model, options);
  fillB(loraParameters(model));
  return { model, base, on: logitBytes(model) };
}

describe('disabled', () => {
  it('computes the base bit for bit, and only while it runs', () => {
    const { model, base, on } = adapted();
    expect(on).not.toBe(base);
    expect(disabled(model, () => [disabled(model, () => logitBytes(model)), logitBytes(model)])).toEqual([base, base]);
    expect(disabled(borrow(model), () => logitBytes(model))).toBe(base);
    expect(logitBytes(model)).toBe(on);
    model.dispose();
  });

  it('ends after an exception', () => {
    const { model, on } = adapted();
    const fail = () => {
      throw new Error('no');
    };
    expect(() => disabled(model, fail)).toThrow('no');
    expect(logitBytes(model)).toBe(on);
    model.dispose();
  });

  it('waits for a promise, kept or broken', async () => {
    const { model, base, on } = adapted();
    const later = disabled(model, async () => {
      await Promise.resolve();
      return logitBytes(model);
    });
    expect(logitBytes(model)).toBe(base);
    expect(await later).toBe(base);
    await expect(disabled(model, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(logitBytes(model)).toBe(on);
    model.dispose();
  });
});

describe('mergeLora and unmergeLora', () => {
  it('compute the same function, and give the weights back within float32 rounding', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean(), (rank, useRslora, useDora) => {
        const { model, on } = adapted({ rank, alpha: 4, useRslora, useDora });
        const logits = tf.tidy(() => model.forward(inputIds()));
        const before = new Map([...stateDict(model)].map(([path, variable]) => [path, tf.clone(variable)]));
        mergeLora(model);
        expect(
          distance(
            tf.tidy(() => model.forward(inputIds())),
            tf.clone(logits),
          ),
        ).toBeLessThan(1e-5);
        expect(logitBytes(model)).not.toBe(on);
        unmergeLora(model);
        for (const [path, variable] of stateDict(model))
          expect(distance(variable, before.get(path)!)).toBeLessThanOrEqual(1.2e-7);
        tf.dispose([logits, ...before.values()]);
        model.dispose();
      }),
      { numRuns: 8 },
    );
  });

  it('give a plain model when the adapters are then removed', () => {
    const { model } = adapted();
    mergeLora(model);
    const merged = logitBytes(model);
    removeLora(model);
    expect(logitBytes(model)).toBe(merged);
    expect(Object.keys(stateBytes(model)).filter((path) => /lora|base_layer/.test(path))).toEqual([]);
    model.dispose();
  });

  it.each([{}, { useDora: true, modulesToSave: ['ln_f', 'wpe'] }])('leak nothing: %o', async (options) => {
    const { model } = adapted(options);
    await expectNoLeaks(() => {
      mergeLora(model);
      unmergeLora(model);
      disabled(model, () => tf.tidy(() => void model.forward(inputIds())));
    });
    model.dispose();
  });

  it('say what is out of order', () => {
    const { model } = adapted();
    expect(() => unmergeLora(model)).toThrow('unmergeLora: the adapters are not merged');
    mergeLora(model);
    expect(() => mergeLora(model)).toThrow('mergeLora: the adapters are merged already');
    expect(() => disabled(model, () => 1)).toThrow('merged into the base weights; unmergeLora first');
    model.dispose();
    using plain = randomModel();
    for (const f of [mergeLora, unmergeLora, loraParameters])
      expect(() => f(plain)).toThrow(`${f.name}: this model carries no adapters; applyLora or applyPeft gives it some`);
  });
});
