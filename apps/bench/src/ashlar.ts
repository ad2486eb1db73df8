import { generate } from '@ashlar/generation';
import { loadStateDict, parameters, valueAndGradients, type HostTensor } from '@ashlar/nn';
import { crossEntropy, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW, clipByGlobalNorm } from '@ashlar/optim';
import { quantizeModules } from '@ashlar/quantization';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import type { Job } from './job.js';
import { serve, type Competitor, type Weights } from './serve.js';

const { version } = JSON.parse(
  readFileSync(new URL('../node_modules/@ashlar/ops/package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};

/** Ashlar on its wasm backend; a second argument of the process names a scheme in which its linear layers are kept. */
async function ashlar(job: Job, initial: Weights): Promise<Competitor> {
  await useBackend(wasm());
  const model = new Gpt2({ ...job.model, activation: 'gelu_new' });
  const state = [...initial].map(([path, { shape, values }]): [string, HostTensor] => [
    path,
    { dtype: 'float32', shape, data: values },
  ]);
  loadStateDict(model, new Map(state));
  const scheme = process.argv[3];
  if (scheme === 'int8') await quantizeModules(model, { scheme });
  const weights = parameters(model);
  const { betas, eps, weightDecay, maxGradNorm } = job.optimizer;
  const optimizer = new AdamW(weights, { betas, eps, weightDecay });
  const shape: [number, number] = [job.batchSize, job.model.contextLength];

  return {
    versions: { '@ashlar/ops': version, '@tensorflow/tfjs-core': tf.version_core },
    async step({ inputIds, targets }, learningRate) {
      const loss = tf.tidy(() => {
        const [ids, next] = [tf.tensor2d(inputIds, shape, 'int32'), tf.tensor2d(targets, shape, 'int32')];
        const { value, gradients } = valueAndGradients(
          () => tf.mean(crossEntropy(model.forward(ids), next)) as tf.Scalar,
          weights,
        );
        const { scale } = clipByGlobalNorm(gradients, maxGradNorm);
        optimizer.step(gradients, { learningRate, gradientScale: scale });
        return value;
      });
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    },
    async *generate(prompt, count) {
      for await (const { id } of generate(model, prompt, { maxNewTokens: count, temperature: 0 })) yield id;
    },
    async logits(prompt, ids) {
      const cache = model.createCache(1);
      const read = (tokens: number[]) =>
        tf.tidy(() =>
          model
            .forward(tf.tensor2d(tokens, [1, tokens.length], 'int32'), { logitsToKeep: 1, cache })
            .dataSync()
            .slice(),
        ) as Float32Array;
      let logits = read(prompt);
      for (const id of ids) logits = read([id]);
      cache.dispose();
      return logits;
    },
  };
}

await serve(ashlar);
