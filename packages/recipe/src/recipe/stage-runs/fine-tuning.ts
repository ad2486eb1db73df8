import { numParameters } from '@ashlar/nn';
import { fittingQuestions } from '../../models/answer.js';
import type { ChatModel } from '../../models/chat-format.js';
import { loadModel, requireChat } from '../../models/model-folder.js';
import { lora, type LoraEvent } from '../../stages/lora.js';
import { sft } from '../../stages/sft.js';
import { forwardFlops, trainingFlops } from '../flops.js';
import type { RecipeData } from '../recipe-data.js';
import { heldOutLosses } from '../run-record.js';
import { fall, toTheEnd } from '../run-parts.js';
import { toStage, type StageContext, type StageRun } from '../stage-context.js';

/** The pretrained model learns to answer. */
export const runSft = (context: StageContext): StageRun =>
  fineTuned(context, 'sft', (chat) => {
    const { config, data } = context;
    return sft({ chat, config: config.sft, ...rowsOf(data, chat), seed: config.seed, ...toStage(context, 'sft') });
  });

/** Adapters of the pretrained model learn to answer. */
export const runLora = (context: StageContext): StageRun =>
  fineTuned(context, 'lora', (chat) => {
    const { config, data } = context;
    return lora({ chat, config: config.lora, ...rowsOf(data, chat), seed: config.seed, ...toStage(context, 'lora') });
  });

/** Fine-tuning of the pretrained model, in full or by adapters. */
async function* fineTuned(
  context: StageContext,
  stage: 'sft' | 'lora',
  start: (chat: ChatModel) => AsyncGenerator<LoraEvent>,
): StageRun {
  const { store, config } = context;
  const loaded = await loadModel(store, 'pretrain');
  using model = loaded.model;
  const chat = requireChat(loaded, stage);
  const { training } = config[stage];
  let [tokensPerRow, trained] = [0, numParameters(model)];
  const isDone = yield* toTheEnd(start(chat), (event) => {
    if (event.type === 'rows') tokensPerRow = event.tokens / event.training;
    if (event.type === 'start') trained = event.parameters;
  });
  if (!isDone) return null;
  const losses = await heldOutLosses(store, stage);
  const examples = training.steps * training.batchSize;
  const tokens = Math.round(examples * tokensPerRow);
  return {
    examples,
    tokens,
    parameters: trained,
    flops: trainingFlops(forwardFlops(model.config, tokens, tokensPerRow), { adapters: stage === 'lora' }),
    gained: `held-out loss ${fall(losses)} nats a token of an answer`,
    measures: { loss: losses.at(-1)! },
  };
}

const rowsOf = ({ rows, heldOutRows, heldOutQuestions }: RecipeData, chat: ChatModel) => ({
  rows,
  ...(heldOutRows && { heldOut: heldOutRows }),
  prompts: fittingQuestions(chat, heldOutQuestions).slice(0, 2),
});
