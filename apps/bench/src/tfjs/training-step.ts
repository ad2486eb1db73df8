import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Job } from '../job.js';
import { AdamW } from './adamw.js';
import type { Gpt } from './gpt.js';

/** A training step of `gpt` in stock operations: upload, forward, backward, clipping, AdamW, and the mean loss in nats back on the host. */
export function stockStep(gpt: Gpt, batchSize: number, options: Job['optimizer']) {
  const { weights, model } = gpt;
  const optimizer = new AdamW(weights, options);
  const shape: [number, number] = [batchSize, model.contextLength];
  return async ({ inputIds, targets }: Batch, learningRate: number): Promise<number> => {
    const loss = tf.tidy(() => {
      const [ids, next] = [tf.tensor2d(inputIds, shape, 'int32'), tf.tensor2d(targets, shape, 'int32')];
      const { value, grads } = tf.variableGrads(() => gpt.loss(ids, next), [...weights.values()]);
      optimizer.step(new Map([...weights].map(([path, w]) => [path, grads[w.name]!])), learningRate);
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value!;
  };
}
