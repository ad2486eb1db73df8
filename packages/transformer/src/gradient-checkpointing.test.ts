import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, DropoutRng, useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks, peakMemory } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Gpt2, type Gpt2Config } from './index.js';

const config: Gpt2Config = { vocabSize: 11, contextLength: 8, hiddenSize: 12, numLayers: 3, numHeads: 3 };
const [batch, seq] = [2, 8];
const ids = Array.from({ length: batch * seq }, (_, i) => (i * i + 3) % 11);
const tensor = (values: number[]) => tf.tensor2d(values, [batch, seq], 'int32');

/** Made where they are used: nobody keeps them for the backward pass. */
const masks = {
  none: () => ({}),
  segments: () => ({ segments: tensor(ids.map((_, i) => (i % seq < 3 ? 0 : 1))) }),
  keyMask: () => ({ keyMask: tensor(ids.map((_, i) => (i === 0 || i === seq ? 0 : 1))) }),
  both: () => ({ ...masks.segments(), ...masks.keyMask() }),
};

/** The bytes of loss and gradients of one step, and where the generator is after it. */
function step(model: Gpt2, mask: keyof typeof masks, dropout: number) {
  const rng = new DropoutRng({ seed: 3, step: 5 });
  return tf.tidy(() => {
    const { value, gradients } = valueAndGradients(() => {
      const logits = model.forward(tensor(ids), { ...masks[mask](), ...(dropout > 0 && { rng }) });
      return tf.sum(crossEntropy(logits, tensor(ids.map((id) => (id + 1) % 11))));
    }, parameters(model));
    const bytes = (x: tf.Tensor) => Buffer.from(x.dataSync().slice().buffer).toString('hex');
    const found = [...gradients].map(([path, gradient]) => [path, bytes(gradient)] as const);
    return { loss: bytes(value), gradients: Object.fromEntries(found), next: [...rng.next().dataSync()] };
  });
}

describe.each([cpu(), wasm()])('gradient checkpointing on $name', (backend) => {
  beforeAll(() => useBackend(backend));

  it.each(
    (['none', 'segments', 'keyMask', 'both'] as const).flatMap((mask) =>
      [0, 0.3].map((dropout) => ({ mask, dropout })),
    ),
  )('changes no bit of loss and gradients: masks $mask, dropout $dropout', async ({ mask, dropout }) => {
    await expectNoLeaks(() => {
      using model = new Gpt2({ ...config, dropout }, { seed: 1 });
      const plain = step(model, mask, dropout);
      model.gradientCheckpointing = true;
      expect(step(model, mask, dropout)).toEqual(plain);
      expect(Object.keys(plain.gradients)).toHaveLength(parameters(model).size);
    });
  });

  it('holds less than half at a time where what is kept is most of it', async () => {
    const deep = { ...config, contextLength: 16, numLayers: 10 };
    const rows = Array.from({ length: 4 }, (_, row) => Array.from({ length: 16 }, (_, i) => (row * i + 1) % 11));
    const peak = async (gradientCheckpointing: boolean) => {
      using model = new Gpt2(deep, { gradientCheckpointing });
      const once = () =>
        tf.tidy(() => {
          const tokens = tf.tensor2d(rows, [4, 16], 'int32');
          valueAndGradients(() => tf.sum(crossEntropy(model.forward(tokens), tokens)), parameters(model));
        });
      once(); // scratch memory is taken once
      return peakMemory(once);
    };
    const kept = 4 * 4 * 16 * deep.hiddenSize * deep.numLayers; // the blocks' inputs alone
    const [plain, checkpointed] = [await peak(false), await peak(true)];
    expect(plain).toBeGreaterThan(16 * kept);
    expect(checkpointed).toBeGreaterThan(kept);
    expect(checkpointed).toBeLessThan(plain / 2);
  });

  it('leaves generation with a cache and looking inside as they are', () => {
    using model = new Gpt2(config, { gradientCheckpointing: true });
    tf.tidy(() => {
      const cache = model.createCache(batch);
      const seen: string[] = [];
      const cached = model.forward(tensor(ids), { cache });
      const traced = model.forward(tensor(ids), { trace: (path) => seen.push(path) });
      expect([...cached.dataSync()]).toEqual([...traced.dataSync()]);
      expect(seen).toEqual(['h.0.attn.weights', 'h.1.attn.weights', 'h.2.attn.weights']);
      cache.dispose();
    });
  });
});
