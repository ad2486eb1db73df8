// the main entry of tfjs-core registers no gradients, and Node cannot load this file by itself: the build bundles it
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { serve, type Competitor, type Weights } from './serve.js';
import type { Job } from './job.js';
import { Gpt, type Past } from './tfjs/gpt.js';
import { stock, transposed } from './tfjs/products.js';
import { registerUnsortedSegmentSum } from './tfjs/segment-sum.js';
import { stockStep } from './tfjs/training-step.js';

/** tfjs on its wasm backend, with its own kernels; the second argument of the process names the matrix product. */
async function tfjs(job: Job, initial: Weights): Promise<Competitor> {
  registerUnsortedSegmentSum();
  await tf.setBackend('wasm');
  await tf.ready();
  const weights = new Map(
    [...initial].map(([path, { shape, values }]) => [path, tf.variable(tf.tensor(values, shape))]),
  );
  const gpt = new Gpt(job.model, weights, process.argv[3] === 'transposed' ? transposed : stock);
  // one row at a time, transposing the weights costs more than it saves
  const decoder = new Gpt(job.model, weights, stock);

  return {
    versions: { '@tensorflow/tfjs-backend-wasm': tf.version_core },
    step: stockStep(gpt, job.batchSize, job.optimizer),
    async *generate(prompt, count) {
      let past: Past[] | undefined;
      let feed = prompt;
      for (let i = 0; i < count; i++) {
        const [best, present] = tf.tidy((): [tf.Tensor, Past[]] => {
          const result = decoder.forward(tf.tensor2d(feed, [1, feed.length], 'int32'), past);
          const last = tf.slice(result.logits, [feed.length - 1, 0], [1, job.model.vocabSize]);
          return [tf.argMax(last, -1), result.present];
        });
        const [id] = await best.data();
        tf.dispose([best, past]);
        past = present;
        feed = [id!];
        yield id!;
      }
      tf.dispose(past);
    },
  };
}

await serve(tfjs);
