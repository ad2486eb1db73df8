import { memoryStore } from '@ashlar/checkpoint';
import { hostStateDict, stateDict } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { copyGpt2, Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { adapt, loadAdapter, mergeAdapter, saveAdapter } from './adapter.js';
import { weightsFingerprint } from './fingerprint.js';

const config = { vocabSize: 9, contextLength: 8, hiddenSize: 8, numLayers: 1, numHeads: 2 };
const adapterConfig = { rank: 2, alpha: 4, dropout: 0, targetModules: [] };

beforeAll(() => useBackend(wasm()));
afterEach(() => expect(tf.memory().numTensors).toBe(0));

it('an adapter comes back on its own base, and on no other of the same shape', async () => {
  const store = memoryStore();
  using base = new Gpt2(config, { seed: 1 });
  using adapted = copyGpt2(base);
  const fingerprint = await weightsFingerprint(adapted);
  adapt(adapted, adapterConfig, 3);
  tf.tidy(() =>
    stateDict(adapted)
      .get('h.0.mlp.c_fc.lora_B.weight')!
      .assign(tf.ones([32, 2])),
  );
  await saveAdapter(store, 'adapter', adapted, fingerprint);

  using another = new Gpt2(config, { seed: 2 });
  await expect(loadAdapter(store, 'adapter', another)).rejects.toThrow(
    'memory/adapter: the adapters belong to another base: they were trained on a model with other weights than this one',
  );
  await loadAdapter(store, 'adapter', base);
  mergeAdapter(base);
  mergeAdapter(adapted);
  expect(await hostStateDict(base)).toEqual(await hostStateDict(adapted));
  await expect(loadAdapter(store, 'none', base)).rejects.toThrow(
    'memory/none is no adapter folder: it has no adapter_config.json',
  );
});
