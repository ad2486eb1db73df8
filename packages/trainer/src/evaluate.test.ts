import { crossEntropy, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutBatches, tinyModel } from '../test/tiny-training.js';
import { bitsPerByte, evaluate, nextTokenObjective, perplexity } from './index.js';

beforeAll(() => useBackend(wasm()));

describe('evaluate', () => {
  it('is the mean over every token of the split, each counted once, without dropout', async () => {
    using model = tinyModel({ dropout: 0.5 });
    let [sum, count] = [0, 0];
    for (const { inputIds, targets } of heldOutBatches()) {
      const losses = tf.tidy(() => {
        const tensor = ({ data, shape }: { data: ArrayLike<number>; shape: number[] }) =>
          tf.tensor(Array.from(data), shape, 'int32');
        return crossEntropy(model.forward(tensor(inputIds)), tensor(targets)).dataSync();
      });
      for (const loss of losses) sum += loss;
      count += Array.from(targets.data).filter((target) => target !== -100).length;
    }
    const result = (await evaluate(model, nextTokenObjective, heldOutBatches()))!;
    expect(count).toBe(19);
    expect(result.weight).toBe(19);
    expect(result.loss).toBeCloseTo(sum / count, 6);
    expect(result.lossSum).toBeCloseTo(sum, 5);
  });

  it('ends early when it is told to, and refuses nothing at all', async () => {
    using model = tinyModel();
    const seen: number[] = [];
    const onBatch = (done: number) => void seen.push(done);
    const { signal } = { signal: AbortSignal.abort() };
    expect(await evaluate(model, nextTokenObjective, heldOutBatches(), { signal, onBatch })).toBeNull();
    expect(seen).toEqual([1]);
    await expect(evaluate(model, nextTokenObjective, [])).rejects.toThrow('evaluate: nothing in the 0 batches counts');
  });
});

describe('perplexity and bits per byte', () => {
  it('of guessing among 256 are 256 and 8', () => {
    expect(perplexity(Math.log(256))).toBeCloseTo(256, 9);
    expect(bitsPerByte(100 * Math.log(256), 100)).toBeCloseTo(8, 12);
  });
});
