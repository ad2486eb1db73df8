import type { HostTensor } from '@ashlar/nn';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  type FileStore,
  type JsonObject,
  loadHuggingFace,
  memoryStore,
  openSafetensors,
  saveHuggingFace,
} from './index.js';
import { faultyStore } from './testing.js';

const tensor = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

const config = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], n_positions: 64, eos_token_id: 2 };
const tokenizer = {
  version: '1.0',
  added_tokens: [{ id: 2, content: '<|endoftext|>', special: true }],
  model: { type: 'BPE', vocab: { a: 0, b: 1, '<|endoftext|>': 2 }, merges: [] },
};
const tensors = new Map([
  ['transformer.wte.weight', tensor(1, 2, 3, 4)],
  ['transformer.h.0.ln_1.weight', tensor(5, 6)],
  ['transformer.ln_f.bias', tensor(7, 8, 9)],
]);

let store: FileStore;
beforeEach(() => {
  store = memoryStore();
});

const json = async (path: string) => JSON.parse(new TextDecoder().decode((await store.read(path))!)) as JsonObject;
const writeText = (path: string, text: string) => store.write(path, new TextEncoder().encode(text));

describe('a model folder', () => {
  it('comes back as it was saved', async () => {
    const generationConfig = { eos_token_id: 2, do_sample: true };
    await saveHuggingFace(store, 'out/model', { config, tensors, tokenizer, generationConfig });
    expect(await store.list('out/model')).toEqual(
      ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'].map(
        (file) => `out/model/${file}`,
      ),
    );
    expect(await loadHuggingFace(store, 'out/model')).toEqual({
      config,
      tensors,
      tokenizerJson: tokenizer,
      tokenizerConfig: {
        tokenizer_class: 'PreTrainedTokenizerFast',
        model_max_length: 64,
        clean_up_tokenization_spaces: false,
        eos_token: '<|endoftext|>',
      },
      generationConfig,
    });
  });

  it('says that its weights are laid out as transformers expects', async () => {
    await saveHuggingFace(store, '', { config, tensors });
    expect(decodeSafetensors((await store.read('model.safetensors'))!).metadata).toEqual({ format: 'pt' });
  });

  it('may be in half precision', async () => {
    await saveHuggingFace(store, '', { config, tensors }, { floatDtype: 'BF16' });
    const { tensors: loaded, tokenizerJson } = await loadHuggingFace(store, '', { tokenizer: 'optional' });
    expect(loaded).toEqual(tensors);
    expect(tokenizerJson).toBeNull();
    const { entries } = await openSafetensors(store, 'model.safetensors');
    expect(new Set([...entries.values()].map(({ dtype }) => dtype))).toEqual(new Set(['BF16']));
  });

  it('takes the tokenizer_config.json it is given', async () => {
    await saveHuggingFace(store, '', {
      config,
      tensors,
      tokenizer,
      tokenizerConfig: { tokenizer_class: 'GPT2Tokenizer' },
    });
    expect(await json('tokenizer_config.json')).toEqual({ tokenizer_class: 'GPT2Tokenizer' });
  });
});

describe('a large model', () => {
  it('is written in several files, which are read as one', async () => {
    await saveHuggingFace(store, 'm', { config, tensors, tokenizer }, { maxShardBytes: 24 });
    expect(await json('m/model.safetensors.index.json')).toEqual({
      metadata: { total_size: 36 },
      weight_map: {
        'transformer.wte.weight': 'model-00001-of-00002.safetensors',
        'transformer.h.0.ln_1.weight': 'model-00001-of-00002.safetensors',
        'transformer.ln_f.bias': 'model-00002-of-00002.safetensors',
      },
    });
    expect((await loadHuggingFace(store, 'm')).tensors).toEqual(tensors);
  });

  it('cuts no tensor in two, however small the limit', async () => {
    await saveHuggingFace(store, '', { config, tensors, tokenizer }, { maxShardBytes: 1 });
    expect((await store.list()).filter((path) => path.endsWith('.safetensors'))).toHaveLength(3);
    expect((await loadHuggingFace(store, '')).tensors).toEqual(tensors);
  });

  it('saved over a small one, and the other way round, leaves no weights of before', async () => {
    const weights = async () => (await store.list()).filter((path) => path.startsWith('model'));
    for (const maxShardBytes of [1, 2e9, 24, 1]) {
      await saveHuggingFace(store, '', { config, tensors, tokenizer }, { maxShardBytes });
      expect(await weights()).toHaveLength(new Map([[1, 4], [24, 3], [2e9, 1]]).get(maxShardBytes)!); // prettier-ignore
      expect((await loadHuggingFace(store, '')).tensors).toEqual(tensors);
    }
  });

  it('that could not be written to its end has no weights, or those of before, but never both', async () => {
    const changed = new Map([...tensors].map(([name, { data }]) => [name, tensor(...[...data].map((x) => -x))]));
    for (const maxShardBytes of [24, 2e9])
      for (let byte = 0; byte < 2000; byte += 7) {
        const disk = memoryStore();
        await saveHuggingFace(disk, '', { config, tensors, tokenizer }, { maxShardBytes });
        const dying = faultyStore(disk, { failAfterBytes: byte });
        const saved = await saveHuggingFace(dying, '', { config, tensors: changed, tokenizer }, { maxShardBytes }).then(
          () => true,
          () => false,
        );
        const loaded = await loadHuggingFace(disk, '').catch((error: Error) => error.message);
        if (typeof loaded === 'string') expect(loaded).toMatch(/^memory has no weights/);
        else expect(loaded.tensors).toEqual(saved ? changed : tensors);
        if (saved) break;
      }
  });
});

describe('a folder that is no model gets one sentence', () => {
  const remove = async (file: string) => {
    await saveHuggingFace(store, 'm', { config, tensors, tokenizer });
    await store.remove(`m/${file}`);
    return loadHuggingFace(store, 'm');
  };

  it.each([
    ['config.json', 'memory/m is no model folder: it has no config.json'],
    ['tokenizer.json', 'memory/m has a model but no tokenizer: tokenizer.json is missing'],
    [
      'model.safetensors',
      'memory/m has no weights: neither model.safetensors nor model.safetensors.index.json is there',
    ],
  ])('without its %s', async (file, message) => {
    await expect(remove(file)).rejects.toThrow(message);
  });

  it('that is not there', async () => {
    await expect(loadHuggingFace(store, 'nowhere')).rejects.toThrow('memory/nowhere is no model folder');
  });

  it('with damaged files', async () => {
    await saveHuggingFace(store, 'm', { config, tensors, tokenizer });
    await store.truncate('m/model.safetensors', 300);
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow(
      /^memory\/m\/model.safetensors: transformer.wte.weight ends at byte 36, but \d+ bytes follow the header: the file is cut off or damaged$/,
    );
    await writeText('m/config.json', '{"model_type": ');
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow('memory/m/config.json does not hold a JSON object');
  });

  it('with an index that leads nowhere', async () => {
    await saveHuggingFace(store, 'm', { config, tensors, tokenizer }, { maxShardBytes: 24 });
    const index = 'm/model.safetensors.index.json';
    await store.remove('m/model-00002-of-00002.safetensors');
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow(
      'memory/m/model-00002-of-00002.safetensors does not exist',
    );
    await writeText(index, '{"weight_map": {"a": "model-00001-of-00002.safetensors"}}');
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow(
      'memory/m/model-00001-of-00002.safetensors has no tensor a',
    );
    await writeText(index, '{"weight_map": {"a": "../../secret.safetensors"}}');
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow(
      'places a in "../../secret.safetensors", which is not a safetensors file beside it',
    );
    await writeText(index, '{}');
    await expect(loadHuggingFace(store, 'm')).rejects.toThrow('has no weight_map');
  });
});
