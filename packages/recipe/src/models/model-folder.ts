import {
  joinPath,
  loadHuggingFace,
  pathIn,
  type FileStore,
  type HuggingFaceFolder,
  type JsonObject,
} from '@ashlar/checkpoint';
import { fromQuantizedFolder } from '@ashlar/quantization';
import { Tokenizer } from '@ashlar/tokenizer';
import { gpt2FromHuggingFace, type Gpt2, type HuggingFaceModel } from '@ashlar/transformer';
import { ashlarChat, type ChatFormat, type ChatModel } from './chat-format.js';

/** A model with its tokenizer; dispose of the model. */
export interface LoadedModel {
  model: Gpt2;
  tokenizer: Tokenizer;
  /** Id that ends a text, of the model's config; undefined if there is none. */
  eosTokenId: number | undefined;
  /** How it is talked to; null for a model that has no chat template. */
  chat: ChatFormat | null;
  /** The folder it came from. */
  folder: string;
}

/**
 * Opens a Hugging Face folder, quantized or not, or a run's: there `model`, or before the run has ended `best`.
 *
 * @param folder @default the store's root
 * @throws Error of one sentence for a folder without model or tokenizer, or with a model of another family
 */
export async function loadModel(store: FileStore, folder = ''): Promise<LoadedModel> {
  const place = await modelFolder(store, folder);
  const { tokenizerJson, tokenizerConfig, ...files } = await loadHuggingFace(store, place);
  const tokenizer = Tokenizer.fromJSON(tokenizerJson);
  const model = named(store, place, () => gpt2FromHuggingFace(fromQuantizedFolder(files)));
  try {
    checkVocabulary(tokenizer, model.config.vocabSize, pathIn(store, place));
  } catch (error) {
    model.dispose();
    throw error;
  }
  const eos = files.config['eos_token_id'];
  const eosTokenId = typeof eos === 'number' ? eos : undefined;
  return { model, tokenizer, eosTokenId, chat: chatOf(files.config, tokenizerConfig, tokenizer), folder: place };
}

/** Where in `folder` the model is. */
export async function modelFolder(store: FileStore, folder: string): Promise<string> {
  for (const name of ['model', 'best'])
    if ((await store.size(joinPath(folder, name, 'config.json'))) !== null) return joinPath(folder, name);
  return folder;
}

/** A folder's files for a model with its tokenizer, and with its chat template where it has one. */
export function withTokenizer(
  { config, tensors }: HuggingFaceModel,
  { tokenizer, chat }: { tokenizer: Tokenizer; chat: ChatFormat | null },
): HuggingFaceFolder {
  if (!chat) return { config, tensors, tokenizer: tokenizer.toJSON() };
  const { eosTokenId, padTokenId, template } = chat;
  const ids = { eos_token_id: eosTokenId, pad_token_id: padTokenId };
  return {
    config: { ...config, ...ids },
    tensors,
    tokenizer: tokenizer.toJSON(),
    tokenizerConfig: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      model_max_length: config['n_positions'],
      clean_up_tokenization_spaces: false,
      eos_token: tokenizer.idToToken(eosTokenId),
      pad_token: tokenizer.idToToken(padTokenId),
      chat_template: template,
    },
    generationConfig: ids,
  };
}

/** @throws Error of one sentence for a tokenizer of another model */
export function checkVocabulary(tokenizer: Tokenizer, vocabSize: number, place: string): void {
  if (tokenizer.vocabSize > vocabSize)
    throw new Error(
      `${place}: the tokenizer has ${tokenizer.vocabSize} tokens, the model only ${vocabSize}: they do not belong together`,
    );
}

/** Names the folder in what goes wrong with its contents. */
export function named<T>(store: FileStore, folder: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new Error(`${pathIn(store, folder)}: ${(error as Error).message}`, { cause: error });
  }
}

function chatOf(config: JsonObject, tokenizerConfig: JsonObject | null, tokenizer: Tokenizer): ChatFormat | null {
  const [template, eos, pad] = [tokenizerConfig?.['chat_template'], config['eos_token_id'], config['pad_token_id']];
  if (typeof template !== 'string' || typeof eos !== 'number') return ashlarChat(tokenizer);
  return { template, eosTokenId: eos, padTokenId: typeof pad === 'number' ? pad : eos };
}

/** @throws Error of one sentence for a model that cannot be talked to; `who` needs one that can */
export function requireChat({ model, tokenizer, chat, folder }: LoadedModel, who: string): ChatModel {
  if (chat) return { model, tokenizer, chat };
  throw new Error(`${who}: the model in ${folder || 'this folder'} has no chat template: fine-tune it first (sft)`);
}
