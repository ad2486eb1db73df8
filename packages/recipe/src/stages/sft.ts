import { Gpt2, gpt2ToHuggingFace } from '@ashlar/transformer';
import type { SftConfig } from '../config/sft-config.js';
import { withTokenizer } from '../models/model-folder.js';
import { fineTune, type SupervisedEvent, type SupervisedOptions } from './supervised.js';

export type SftOptions = SupervisedOptions & { config: SftConfig };
export type SftEvent = SupervisedEvent;

/**
 * Fine-tunes all of a model on examples of what it is to answer: the loss is taken over the answers alone, their ends
 * included.
 *
 * @throws Error of one sentence, before training, where rows, model and folder do not go together
 */
export async function* sft(options: SftOptions): AsyncGenerator<SftEvent> {
  const { chat } = options;
  const exportModel = async () => withTokenizer(await gpt2ToHuggingFace(chat.model), chat);
  yield* fineTune(options, { stage: 'sft', exportModel, alike: () => new Gpt2(chat.model.config) });
}
