import { loadHuggingFace, memoryStore, saveHuggingFace } from '@ashlar/checkpoint';
import { hostStateDict, Linear, type HostTensor } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { expectNoLeaks } from '@ashlar/ops/testing';
import { Gpt2, gpt2FromHuggingFace, gpt2Presets, gpt2ToHuggingFace } from '@ashlar/transformer';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  dequantizeModules,
  fromQuantizedFolder,
  type QuantizedLinear,
  quantizeModules,
  sizeInBytes,
  toQuantizedFolder,
  type QuantizeModulesOptions,
} from './index.js';

beforeAll(() => useBackend(cpu()));

/** A quantized model, saved as a folder. */
async function saved(options: QuantizeModulesOptions, config = gpt2Presets['nano']!) {
  const model = new Gpt2(config, { seed: 3 });
  await quantizeModules(model, options);
  const store = memoryStore();
  await saveHuggingFace(store, '', toQuantizedFolder(model, await gpt2ToHuggingFace(model)));
  return { model, store, folder: await loadHuggingFace(store, '', { tokenizer: 'optional' }) };
}

const sizeOf = ({ tensors }: { tensors: Map<string, HostTensor> }) =>
  [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);

describe('a folder of a quantized model', () => {
  it.each<QuantizeModulesOptions>([
    { scheme: 'int8' },
    { scheme: 'nf4' },
    { scheme: 'nf4', blockSize: 128, doubleQuantization: false, match: (path) => path.includes('mlp') },
    { scheme: 'int4', groupSize: 32 },
    { scheme: 'int8', match: () => true },
  ])('comes back bit for bit: %o', async (options) => {
    const { model, folder } = await saved(options);
    using loaded = gpt2FromHuggingFace(fromQuantizedFolder(folder));
    expect(await hostStateDict(loaded)).toEqual(await hostStateDict(model));
    expect(sizeInBytes(loaded)).toEqual(sizeInBytes(model));
    model.dispose();
  });

  it('is as small as the format promises, and says in its config what it is', async () => {
    const config = { ...gpt2Presets['nano']!, bias: false };
    const { model, store, folder } = await saved({ scheme: 'nf4', doubleQuantization: false }, config);
    // per layer 12 hidden^2 values at 4.5 bits, beside two embeddings and five norms, whose biases are written as zeros
    const [hidden, layers] = [32, 2];
    const plain = 4 * hidden * (65 + 16 + 5);
    const { file, memory } = sizeInBytes(model);
    expect(file).toBeCloseTo(plain + (layers * 12 * hidden * hidden * 4.5) / 8, -2);
    expect(memory).toBe(file);
    const written = (await store.size('model.safetensors'))!;
    const header = new DataView((await store.read('model.safetensors'))!.buffer).getUint32(0, true);
    expect(written - header - 8).toBe(file + 4 * hidden * 5);
    expect(folder.config['quantization_config']).toEqual({
      quant_method: 'ashlar',
      weights: { scheme: 'nf4', blockSize: 64, doubleQuantization: false },
      modules: [0, 1].flatMap((layer) =>
        ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'].map((name) => `h.${layer}.${name}`),
      ),
    });
    model.dispose();
  });

  it('of a plain model passes through', async () => {
    using model = new Gpt2(gpt2Presets['nano']!, { seed: 1 });
    const folder = await gpt2ToHuggingFace(model);
    using loaded = gpt2FromHuggingFace(fromQuantizedFolder(folder));
    expect(await hostStateDict(loaded)).toEqual(await hostStateDict(model));
    expect(sizeInBytes(model)).toEqual({ memory: sizeOf(folder), file: sizeOf(folder) });
  });

  it('says what it cannot do', async () => {
    using plain = new Gpt2(gpt2Presets['nano']!);
    const contents = await gpt2ToHuggingFace(plain);
    expect(() => toQuantizedFolder(plain, contents)).toThrow('toQuantizedFolder: no layer of this model is quantized');
    const other = { ...contents, config: { ...contents.config, quantization_config: { quant_method: 'gptq' } } };
    expect(() => fromQuantizedFolder(other)).toThrow(
      'config.json: weights quantized by "gptq" cannot be read, only those of "ashlar" and plain ones',
    );
    const { model, folder } = await saved({ scheme: 'int8' });
    model.dispose();
    const { config, tensors } = folder;
    await expectNoLeaks(() => {
      expect(() => gpt2FromHuggingFace(fromQuantizedFolder({ config: { ...config, n_layer: 1 }, tensors }))).toThrow(
        'config.json: quantization_config names h.1.attn.c_attn, which is no linear layer of this model',
      );
    });
    await quantizeModules(plain, { scheme: 'int8', match: (path) => path.startsWith('h.0') });
    await quantizeModules(plain, { scheme: 'nf4' });
    expect(() => toQuantizedFolder(plain, contents)).toThrow(
      'the layers are quantized in 2 ways: {"scheme":"int8"} and {"scheme":"nf4","blockSize":64,"doubleQuantization":true}',
    );
  });
});

describe('dequantizeModules', () => {
  it('gives a plain model that computes the same', async () => {
    const { model } = await saved({ scheme: 'nf4' });
    const quantized = model.h[1]!.mlp.cProj as QuantizedLinear;
    const weight = quantized.weight.dequantize();
    const before = (await weight.data()).slice();
    weight.dispose();
    expect(dequantizeModules(model)).toHaveLength(8);
    const plain = model.h[1]!.mlp.cProj as Linear;
    expect(plain).toBeInstanceOf(Linear);
    expect(await plain.weight.data()).toEqual(before);
    expect(plain.bias!.trainable).toBe(true);
    expect(dequantizeModules(model)).toEqual([]);
    model.dispose();
  });

  it('leaves an output head on its own, which the config says', async () => {
    const { model } = await saved({ scheme: 'int8', match: (path) => path === 'lm_head' });
    expect(dequantizeModules(model)).toEqual(['lm_head']);
    const { config, tensors } = await gpt2ToHuggingFace(model);
    expect(config['tie_word_embeddings']).toBe(false);
    expect(tensors.get('lm_head.weight')!.data).toEqual(await (model.lmHead as Linear).weight.data());
    expect(tensors.has('lm_head.bias')).toBe(false);
    model.dispose();
  });

  it('leaks nothing', () =>
    expectNoLeaks(async () => {
      const { model } = await saved({ scheme: 'int4' });
      dequantizeModules(model);
      model.dispose();
    }));
});
