import { joinPath, saveHuggingFace } from '@ashlar/checkpoint';
import { Gpt2, gpt2ToHuggingFace, type Gpt2Config } from '@ashlar/transformer';
import type { LoraConfig } from '../config/sft-config.js';
import { adapt, mergeAdapter, saveAdapter } from '../models/adapter.js';
import { weightsFingerprint } from '../models/fingerprint.js';
import { withTokenizer } from '../models/model-folder.js';
import { fineTune, type SupervisedEvent, type SupervisedOptions } from './supervised.js';

export type LoraTrainingOptions = SupervisedOptions & { config: LoraConfig };
export type LoraEvent =
  | SupervisedEvent
  /** Adapters are put on these linears; `parameters` of them are trained. */
  | { type: 'adapters'; paths: string[] };

/**
 * Fine-tunes adapters of a model on examples of what it is to answer, and nothing else of it. At the end they are merged:
 * the given model is a plain one again. The folder then holds `adapter`, which Python's PEFT opens, and the merged `model`.
 *
 * @throws Error of one sentence, before training, where rows, model, targets and folder do not go together
 */
export async function* lora(options: LoraTrainingOptions): AsyncGenerator<LoraEvent> {
  const { chat, config, seed = 0, store, folder = '' } = options;
  const base = await weightsFingerprint(chat.model);
  yield { type: 'adapters', paths: adapt(chat.model, config, seed) };
  const alike = () => adaptedModel(chat.model.config, config);
  if (!(yield* fineTune(options, { stage: 'lora', alike }))) return;
  if (store) await saveAdapter(store, joinPath(folder, 'adapter'), chat.model, base);
  mergeAdapter(chat.model);
  if (!store) return;
  const merged = withTokenizer(await gpt2ToHuggingFace(chat.model), chat);
  await saveHuggingFace(store, joinPath(folder, 'model'), merged);
}

/** A model with adapters, to see how much memory their training takes. */
export function adaptedModel(sizes: Gpt2Config, config: LoraConfig): Gpt2 {
  const model = new Gpt2(sizes);
  adapt(model, config, 0);
  return model;
}
