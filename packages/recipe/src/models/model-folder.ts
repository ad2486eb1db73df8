import { loadHuggingFace, type FileStore } from '@ashlar/checkpoint';
import { Tokenizer } from '@ashlar/tokenizer';
import { gpt2FromHuggingFace, type Gpt2 } from '@ashlar/transformer';

/** A model with its tokenizer; dispose of the model. */
export interface LoadedModel {
  model: Gpt2;
  tokenizer: Tokenizer;
  /** Ids that end a text, of the model's config; undefined if there are none. */
  eosTokenId: number | undefined;
  /** The folder it came from. */
  folder: string;
}

/**
 * Opens a Hugging Face folder, or a run's: there `model`, or before the run has ended `best`.
 *
 * @param folder @default the store's root
 * @throws Error of one sentence for a folder without model or tokenizer, or with a model of another family
 */
export async function loadModel(store: FileStore, folder = ''): Promise<LoadedModel> {
  const place = await modelFolder(store, folder);
  const { config, tensors, tokenizerJson } = await loadHuggingFace(store, place);
  const tokenizer = Tokenizer.fromJSON(tokenizerJson);
  const model = gpt2FromHuggingFace({ config, tensors });
  if (tokenizer.vocabSize > model.config.vocabSize) {
    model.dispose();
    throw new Error(
      `${place}: the tokenizer has ${tokenizer.vocabSize} tokens, the model only ${model.config.vocabSize}: they do not belong together`,
    );
  }
  const eos = config['eos_token_id'];
  return { model, tokenizer, eosTokenId: typeof eos === 'number' ? eos : undefined, folder: place };
}

/** Where in `folder` the model is. */
async function modelFolder(store: FileStore, folder: string): Promise<string> {
  const inside = (name: string) => [folder, name].filter(Boolean).join('/');
  for (const name of ['model', 'best'])
    if ((await store.size(inside(`${name}/config.json`))) !== null) return inside(name);
  return folder;
}
