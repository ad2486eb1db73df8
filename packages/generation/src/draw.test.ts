import { RandomStream, sampleTokens, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutSampling } from '../test/without-sampling.js';
import { createDraw } from './draw.js';
import { createSampler, type SamplingOptions } from './index.js';

const settings: SamplingOptions[] = [
  {},
  { temperature: 0 },
  { temperature: 0.7 },
  { topK: 1 },
  { topK: 40 },
  { topP: 0.9 },
  { topP: 1e-7 },
  { topP: 1 - 1e-9 },
  { temperature: 1.3, topK: 50, topP: 0.95 },
];

beforeAll(() => useBackend(wasm()));

describe('sampleTokens on wasm', () => {
  it.each(settings)('draws what the sampler draws, $temperature $topK $topP', (options) => {
    for (const [vocab, draws, spread] of [
      [7, 200, 1],
      [257, 100, 3],
      [50_257, 3, 2.5],
    ] as const) {
      const logits = new RandomStream(vocab, 'logits').normalArray(vocab, { std: spread });
      if (vocab > 7) logits.copyWithin(3, 0, 3); // some tie
      const x = tf.tensor2d(logits, [1, vocab]);
      const seed = 2 ** 33 + vocab;
      const [sample, streams] = [createSampler({ ...options, seed }), [new RandomStream(seed, 'generation')]];
      for (let index = 0; index < draws; index++) {
        const ids = sampleTokens(x, { ...options, streams, index });
        expect(ids.dataSync()[0]).toBe(sample(logits.slice(), index));
        ids.dispose();
      }
      x.dispose();
    }
  });
});

describe('createDraw', () => {
  it.each(settings)(
    'gives the same tokens on the device and on the host, $temperature $topK $topP',
    async (options) => {
      const logits = tf.tensor3d(new RandomStream(5, 'logits').normalArray(611, { std: 3 }), [1, 1, 611]);
      const before = tf.memory().numTensors;
      const draw = createDraw({ ...options, seed: 5 });
      const draws = async () => {
        const tokens = [];
        for (let index = 0; index < 50; index++) tokens.push(await draw(logits, index));
        return tokens;
      };
      const [device, host] = [await draws(), await withoutSampling(draws)];
      expect(device.map(({ id }) => id)).toEqual(host.map(({ id }) => id));
      // float32 and float64: the two did not take the same way
      expect(device.map(({ logProb }) => logProb)).not.toEqual(host.map(({ logProb }) => logProb));
      device.forEach(({ logProb }, i) => expect(logProb).toBeCloseTo(host[i]!.logProb, 5));
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it.each([
    [NaN, 1],
    [Infinity, 1],
    [-Infinity, -Infinity],
  ])('refuses logits of %d and %d', async (a, b) => {
    const logits = tf.tensor2d([a, ...new Array<number>(600).fill(b)], [1, 601]);
    for (const temperature of [0, 1]) {
      const draw = () => createDraw({ temperature })(logits, 0);
      await expect(draw()).rejects.toThrow('its logits are NaN or infinite');
      await expect(withoutSampling(draw)).rejects.toThrow('its logits are NaN or infinite');
    }
  });
});
