import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy } from '@ashlar/ops';
import { AdamW, clipByGlobalNorm } from '@ashlar/optim';
import type { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch, Job } from './job.js';

/** The mean loss of a batch on the device, `[batchSize, contextLength]`. */
export const batchLoss = (model: Gpt2, { inputIds, targets }: Batch, shape: [number, number]): tf.Scalar =>
  tf.tidy(() => {
    const [ids, next] = [tf.tensor2d(inputIds, shape, 'int32'), tf.tensor2d(targets, shape, 'int32')];
    return tf.mean(crossEntropy(model.forward(ids), next)) as tf.Scalar;
  });

/** A step as a trainer takes it: upload, forward, backward, clipping, AdamW, and the loss back on the host. */
export function trainingStep(model: Gpt2, batchSize: number, options: Job['optimizer']) {
  const weights = parameters(model);
  const { betas, eps, weightDecay, maxGradNorm } = options;
  const optimizer = new AdamW(weights, { betas, eps, weightDecay });
  const shape: [number, number] = [batchSize, model.config.contextLength];
  const step = async (batch: Batch, learningRate: number): Promise<number> => {
    const loss = tf.tidy(() => {
      const { value, gradients } = valueAndGradients(() => batchLoss(model, batch, shape), weights);
      const { scale } = clipByGlobalNorm(gradients, maxGradNorm);
      optimizer.step(gradients, { learningRate, gradientScale: scale });
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value!;
  };
  return { step, dispose: () => optimizer.dispose() };
}
