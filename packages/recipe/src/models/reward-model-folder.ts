import { loadHuggingFace, type FileStore } from '@ashlar/checkpoint';
import { Tokenizer } from '@ashlar/tokenizer';
import { gpt2WithScoreFromHuggingFace, type Gpt2WithScore } from '@ashlar/transformer';
import { checkVocabulary, modelFolder, named } from './model-folder.js';

/** A reward model with its tokenizer; dispose of the model. */
export interface LoadedRewardModel {
  model: Gpt2WithScore;
  tokenizer: Tokenizer;
  /** The folder it came from. */
  folder: string;
}

/**
 * Opens the folder of a reward model, or of the run that made one.
 *
 * @throws Error of one sentence for a folder without one
 */
export async function loadRewardModel(store: FileStore, folder = ''): Promise<LoadedRewardModel> {
  const place = await modelFolder(store, folder);
  const { tokenizerJson, ...files } = await loadHuggingFace(store, place);
  const tokenizer = Tokenizer.fromJSON(tokenizerJson);
  const model = named(store, place, () => gpt2WithScoreFromHuggingFace(files));
  try {
    checkVocabulary(tokenizer, model.config.vocabSize, place);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return { model, tokenizer, folder: place };
}
