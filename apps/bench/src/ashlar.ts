import { generate } from '@ashlar/generation';
import { loadStateDict, type HostTensor } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { quantizeModules } from '@ashlar/quantization';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { parseArgs } from 'node:util';
import type { Job } from './job.js';
import { opsVersion } from './own-version.js';
import { serve, type Competitor, type Weights } from './serve.js';
import { trainingStep } from './training-step.js';

/** How its linear layers are kept, and how many threads compute. */
const { values: asked } = parseArgs({
  args: process.argv.slice(3),
  options: { scheme: { type: 'string' }, threads: { type: 'string', default: '1' } },
});

/** Ashlar on its wasm backend. */
async function ashlar(job: Job, initial: Weights): Promise<Competitor> {
  await useBackend(wasm({ threads: Number(asked.threads) }));
  const model = new Gpt2({ ...job.model, activation: 'gelu_new' });
  const state = [...initial].map(([path, { shape, values }]): [string, HostTensor] => [
    path,
    { dtype: 'float32', shape, data: values },
  ]);
  loadStateDict(model, new Map(state));
  if (asked.scheme === 'int8') await quantizeModules(model, { scheme: 'int8', match: () => true });
  const { step } = trainingStep(model, job.batchSize, job.optimizer);

  return {
    versions: { '@ashlar/ops': opsVersion, '@tensorflow/tfjs-core': tf.version_core },
    step,
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
