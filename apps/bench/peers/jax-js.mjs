// jax-js uses the iterator helpers of ES2025, which Node 20 does not have
import 'core-js/actual/iterator/index.js';
import { readFileSync } from 'node:fs';
import { defaultDevice, init, numpy as np, tree } from '@jax-js/jax';
import { serve } from '../dist/serve.js';
import { decodeStep, emptyCache } from './jax-generate.mjs';
import { trainStep } from './jax-train.mjs';

const { version } = JSON.parse(readFileSync(new URL('node_modules/@jax-js/jax/package.json', import.meta.url), 'utf8'));

await serve(async (job, weights) => {
  await init('wasm');
  defaultDevice('wasm');
  const { batchSize, model, optimizer } = job;
  const zeros = () => Object.fromEntries([...weights].map(([path, { shape }]) => [path, np.zeros(shape)]));
  let parameters = Object.fromEntries(
    [...weights].map(([path, { shape, values }]) => [path, np.array(values).reshape(shape)]),
  );
  let [m, v] = [zeros(), zeros()];
  const train = trainStep(job);
  const decode = decodeStep(job);
  const tokens = (ids) => np.array(ids, { dtype: np.int32 }).reshape([batchSize, model.contextLength]);
  let t = 0;
  return {
    versions: { '@jax-js/jax': version },
    async step({ inputIds, targets }, learningRate) {
      t++;
      const rates = np.array(new Float32Array([learningRate, ...optimizer.betas.map((beta) => 1 - beta ** t)]));
      let loss;
      [loss, parameters, m, v] = train(parameters, m, v, tokens(inputIds), tokens(targets), rates);
      return (await loss.data())[0];
    },
    async *generate(prompt, count) {
      let cache = emptyCache(model);
      let next;
      const feed = async (id, position) => {
        const one = (x) => np.array([x], { dtype: np.int32 });
        [next, cache] = decode(tree.ref(parameters), cache, one(id), one(position));
        return (await next.data())[0];
      };
      let id;
      for (const [position, token] of prompt.entries()) id = await feed(token, position);
      for (let i = 0; i < count; i++) {
        yield id;
        if (i + 1 < count) id = await feed(id, prompt.length + i);
      }
      tree.dispose(cache);
    },
  };
});
