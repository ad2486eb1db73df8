import type { HostTensor } from '@ashlar/nn';
import type { FloatDtype } from './dtypes.js';
import { type FileStore, joinPath, pathIn } from './file-store.js';
import { isObject, type JsonObject, jsonBytes, readJson } from './json.js';
import { readWeights, writeWeights } from './weights.js';

/** What is in a folder where Python's `transformers` keeps a model. */
export interface HuggingFaceFolder {
  /** `config.json`. Its `architectures` and `model_type` say what the model is. */
  config: object;
  /** Weights by Hugging Face's names, in Hugging Face's layouts. */
  tensors: ReadonlyMap<string, HostTensor>;
  /** `tokenizer.json`. @default no tokenizer files */
  tokenizer?: object;
  /** `tokenizer_config.json`. @default the class that reads any tokenizer.json, with the special tokens of `config` */
  tokenizerConfig?: object;
  /** `generation_config.json`. @default not written */
  generationConfig?: object;
}

export interface SaveHuggingFaceOptions {
  /** How float32 weights are stored. @default 'F32' */
  floatDtype?: FloatDtype;
  /** Bytes of weights in a file; a larger model is written as several with an index. @default 2e9 */
  maxShardBytes?: number;
}

export interface LoadedHuggingFaceFolder<Tokenizer = JsonObject> {
  config: JsonObject;
  tensors: Map<string, HostTensor>;
  /** `tokenizer.json` */
  tokenizerJson: Tokenizer;
  tokenizerConfig: JsonObject | null;
  generationConfig: JsonObject | null;
}

/**
 * Writes a folder that `AutoModelForCausalLM.from_pretrained` and `AutoTokenizer.from_pretrained` open: `config.json`,
 * `model.safetensors`, `tokenizer.json`, `tokenizer_config.json`, `generation_config.json`. The weights come last.
 */
export async function saveHuggingFace(
  store: FileStore,
  folder: string,
  { config, tensors, tokenizer, tokenizerConfig, generationConfig }: HuggingFaceFolder,
  { floatDtype = 'F32', maxShardBytes = 2e9 }: SaveHuggingFaceOptions = {},
): Promise<void> {
  const writeJson = (file: string, value: object) => store.write(joinPath(folder, file), jsonBytes(value));
  if (tokenizer) {
    await writeJson('tokenizer.json', tokenizer);
    await writeJson('tokenizer_config.json', tokenizerConfig ?? defaultTokenizerConfig(config, tokenizer));
  }
  if (generationConfig) await writeJson('generation_config.json', generationConfig);
  await writeJson('config.json', config);
  await writeWeights(store, folder, tensors, { floatDtype, maxShardBytes });
}

/**
 * Reads a folder that `transformers` or `saveHuggingFace` wrote; weights in one file or several, in any float type.
 *
 * @throws Error of one sentence where `config.json`, the weights or (unless it is optional) `tokenizer.json` is missing
 */
export async function loadHuggingFace(
  store: FileStore,
  folder: string,
  options?: { tokenizer?: 'required' },
): Promise<LoadedHuggingFaceFolder>;
export async function loadHuggingFace(
  store: FileStore,
  folder: string,
  options: { tokenizer: 'optional' },
): Promise<LoadedHuggingFaceFolder<JsonObject | null>>;
export async function loadHuggingFace(
  store: FileStore,
  folder: string,
  { tokenizer = 'required' }: { tokenizer?: 'required' | 'optional' } = {},
): Promise<LoadedHuggingFaceFolder<JsonObject | null>> {
  const json = (file: string) => readJson(store, joinPath(folder, file));
  const config = await json('config.json');
  if (!config) throw new Error(`${pathIn(store, folder)} is no model folder: it has no config.json`);
  const tokenizerJson = await json('tokenizer.json');
  if (!tokenizerJson && tokenizer === 'required')
    throw new Error(`${pathIn(store, folder)} has a model but no tokenizer: tokenizer.json is missing`);
  const tensors = await readWeights(store, folder);
  return {
    config,
    tensors,
    tokenizerJson,
    tokenizerConfig: await json('tokenizer_config.json'),
    generationConfig: await json('generation_config.json'),
  };
}

/** `eos_token_id: 0` of the model's config becomes `eos_token: "<|endoftext|>"`, if token 0 is a special one. */
function defaultTokenizerConfig(config: object, tokenizer: object): JsonObject {
  const numbers = config as Record<string, unknown>;
  const { added_tokens: added } = tokenizer as { added_tokens?: unknown };
  const specials = Array.isArray(added) ? added.filter(isObject) : [];
  const tokens: JsonObject = {};
  for (const role of ['bos', 'eos', 'unk', 'pad']) {
    const id = numbers[`${role}_token_id`];
    const token = specials.find((special) => special['id'] === id)?.['content'];
    if (id !== undefined && typeof token === 'string') tokens[`${role}_token`] = token;
  }
  const length = numbers['n_positions'] ?? numbers['max_position_embeddings'];
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...(typeof length === 'number' && { model_max_length: length }),
    clean_up_tokenization_spaces: false,
    ...tokens,
  };
}
