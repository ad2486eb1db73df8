import { evaluate, supervisedMicroBatches, supervisedObjective } from '@ashlar/trainer';
import type { Gpt2 } from '@ashlar/transformer';
import type { RecipeConfig } from '../../config/recipe-config.js';
import type { ChatModel } from '../../models/chat-format.js';
import { loadModel, requireChat } from '../../models/model-folder.js';
import { quantize, type StoredModel } from '../../stages/quantize.js';
import { splitRows } from '../../stages/stage.js';
import { supervisedData } from '../../stages/supervised.js';
import type { RecipeData } from '../recipe-data.js';
import { toStage, type StageContext, type StageRun } from '../stage-context.js';

/** The last model that answers, in few bits. */
export async function* runQuantization(context: StageContext): StageRun {
  const { store, config, data, signal } = context;
  const from = (await store.size('ppo/model/config.json')) === null ? 'sft' : 'ppo';
  const loaded = await loadModel(store, from);
  using model = loaded.model;
  const chat = requireChat(loaded, 'quantize');
  const stored: StoredModel[] = [];
  const { tokenizer, chat: format } = chat;
  const stage = {
    model,
    tokenizer,
    chat: format,
    schemes: config.quantize.schemes,
    measure: heldOutLoss(chat, data, config),
  };
  for await (const event of quantize({ ...stage, ...toStage(context, 'quantize') })) {
    stored.push(event.stored);
    yield event;
  }
  if (signal?.aborted) return null;
  const [full, ...small] = stored as [StoredModel, ...StoredModel[]];
  const parts = small.map(({ scheme, bytes, loss }) => {
    const cost = loss! - full.loss!;
    return `${scheme} ${(bytes / full.bytes).toFixed(2)} of the bytes for ${cost < 0 ? '-' : '+'}${Math.abs(cost).toFixed(4)} nats`;
  });
  const measures = stored.flatMap(({ scheme, bytes, loss, tokensPerSecond }) => [
    [`${scheme}.bytes`, bytes] as const,
    [`${scheme}.loss`, loss!] as const,
    [`${scheme}.tokensPerSecond`, tokensPerSecond] as const,
  ]);
  return {
    examples: 0,
    tokens: 0,
    parameters: 0,
    flops: 0,
    gained: parts.join('; '),
    measures: Object.fromEntries(measures),
  };
}

/** The loss of a chat model on held-out rows. */
function heldOutLoss({ tokenizer, chat }: ChatModel, data: RecipeData, config: RecipeConfig) {
  const { heldOut } = splitRows(data.rows, config.sft.heldOut, data.heldOutRows);
  return async (model: Gpt2): Promise<number> => {
    const { dataset } = supervisedData({ model, tokenizer, chat }, heldOut, {
      packing: false,
      name: 'the held-out rows',
    });
    const batches = [...dataset.evaluationBatches(config.sft.training.evaluationBatchSize)];
    const result = await evaluate(
      model,
      supervisedObjective,
      batches.flatMap((batch) => supervisedMicroBatches(batch)),
    );
    return result!.loss;
  };
}
