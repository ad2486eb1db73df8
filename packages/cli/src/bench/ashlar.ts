import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy } from '@ashlar/ops';
import { AdamW, clipByGlobalNorm } from '@ashlar/optim';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { openBackend } from '../backend.js';
import type { Competitor } from './competitor.js';
import { job } from './job.js';

/** Our packages on wasm. */
export async function ashlar(): Promise<Competitor> {
  await openBackend({ backend: 'wasm' });
  const model = new Gpt2(job.model);
  const weights = parameters(model);
  const optimizer = new AdamW(weights, job);
  return {
    step: (inputIds, targets) =>
      tf.tidy(() => {
        const loss = () => tf.mean(crossEntropy(model.forward(inputIds), targets)) as tf.Scalar;
        const { value, gradients } = valueAndGradients(loss, weights);
        const { scale } = clipByGlobalNorm(gradients, job.maxGradNorm);
        optimizer.step(gradients, { learningRate: job.learningRate, gradientScale: scale });
        return value;
      }),
  };
}
