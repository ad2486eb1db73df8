import { Module, type Cache, type LanguageModel } from '@ashlar/nn';
import { RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withoutSampling } from '../test/without-sampling.js';
import { rollout } from './index.js';

/** Knows which token follows which by a table of `size` by `size`. */
class Table extends Module implements LanguageModel {
  readonly config: { vocabSize: number; contextLength: number };
  readonly table: tf.Variable;

  constructor(size: number, logits = new RandomStream(1, 'table').normalArray(size * size, { std: 3 })) {
    super();
    this.config = { vocabSize: size, contextLength: 64 };
    this.table = tf.tidy(() => tf.variable(tf.tensor2d(logits, [size, size])));
  }

  forward(tokens: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.gather(this.table, tf.slice(tokens, [0, tokens.shape[1]! - 1], [-1, 1])));
  }

  createCache(batchSize: number): Cache {
    const fork = (rows: readonly number[]) => this.createCache(rows.length);
    return { batchSize, length: 0, fork, truncate: () => {}, dispose: () => {} };
  }
}

const prompts = [[3], [5, 9], [200], [7, 7, 7]];
const special = { eosTokenId: 1, padTokenId: 0 };

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe('rollout', () => {
  it.each([0, 0.7, 1, 1.8])('at temperature %d writes the same on the device and on the host', async (temperature) => {
    using model = new Table(600);
    const write = () => rollout(model, prompts, { maxNewTokens: 40, temperature, seed: 4, ...special });
    const device = await write();
    const host = await withoutSampling(write);
    expect(device.responses).toEqual(host.responses);
    expect(device.ended).toEqual(host.ended);
    // float32 and float64: the two did not take the same way
    expect(device.logProbs).not.toEqual(host.logProbs);
    device.logProbs.flat().forEach((logProb, i) => expect(logProb).toBeCloseTo(host.logProbs.flat()[i]!, 5));
  });

  it('has each row say of itself the same, whatever stands beside it', async () => {
    using model = new Table(600);
    const options = { maxNewTokens: 12, temperature: 1.2, seed: 4, ...special };
    const whole = await rollout(model, prompts, options);
    const alone = await rollout(model, [prompts[2]!], { ...options, firstRow: 2 });
    expect(alone.responses).toEqual([whole.responses[2]]);
    expect(alone.logProbs).toEqual([whole.logProbs[2]]);
  });

  it.each([20, 600])('of %d tokens refuses logits that are no probabilities', async (size) => {
    using model = new Table(size, new Float32Array(size * size).fill(NaN));
    for (const temperature of [0, 1])
      await expect(rollout(model, [[3]], { maxNewTokens: 2, temperature, ...special })).rejects.toThrow(
        'its logits are NaN or infinite',
      );
  });
});
