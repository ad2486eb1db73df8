import type { FileStore } from '@ashlar/checkpoint';
import {
  evaluate,
  supervisedMicroBatches,
  supervisedObjective,
  type ExistingRun,
  type PauseSwitch,
} from '@ashlar/trainer';
import { toMessages, type SupervisedRow } from '@ashlar/data';
import { numParameters } from '@ashlar/nn';
import { Tokenizer } from '@ashlar/tokenizer';
import { parameterAccount, type Gpt2 } from '@ashlar/transformer';
import { gpt2Config } from '../config/model-config.js';
import type { RecipeConfig } from '../config/recipe-config.js';
import { fittingQuestions } from '../models/answer.js';
import { chatPrompt, withChatTokens, type ChatModel } from '../models/chat-format.js';
import { loadModel, requireChat } from '../models/model-folder.js';
import { loadRewardModel } from '../models/reward-model-folder.js';
import { lora, type LoraEvent } from '../stages/lora.js';
import { align, type AlignEvent } from '../stages/ppo.js';
import { pretrain, type PretrainEvent } from '../stages/pretrain.js';
import { quantize, type QuantizeEvent, type StoredModel } from '../stages/quantize.js';
import { encodePairs, trainReward, type RewardEvent } from '../stages/reward.js';
import { sft, type SftEvent } from '../stages/sft.js';
import { splitRows } from '../stages/stage.js';
import { supervisedData } from '../stages/supervised.js';
import { trainTokenizer, type TokenizerEvent } from '../stages/train-tokenizer.js';
import { forwardFlops, trainingFlops } from './flops.js';
import { mean } from '../report/statistics.js';
import { ending, ppoMetrics } from './ppo-metrics.js';
import { rewardMeasures } from './reward-measures.js';
import type { RecipeData } from './recipe-data.js';
import type { StageName } from './stage-names.js';
import type { StageResult } from './stage-result.js';

export type StageEvent =
  TokenizerEvent | PretrainEvent | SftEvent | LoraEvent | RewardEvent | AlignEvent | QuantizeEvent;

export interface StageContext {
  store: FileStore;
  config: RecipeConfig;
  data: RecipeData;
  signal?: AbortSignal;
  pause?: PauseSwitch;
}

/** What is known of a finished stage; its time is measured by the caller. */
type Result = Omit<StageResult, 'stage' | 'seconds'>;
/** Yields what happens; returns null when it was told to stop. */
type Runner = (context: StageContext) => AsyncGenerator<StageEvent, Result | null>;

/** Runs a stage in the folder of its name, from where it was left. */
export const runStage = (stage: StageName, context: StageContext): AsyncGenerator<StageEvent, Result | null> =>
  runners[stage](context);

const runners: Record<StageName, Runner> = {
  async *tokenizer({ store, config, data }) {
    let vocabSize = 0;
    // the words of the questions and answers too, so that they are not cut into small pieces
    const text = [data.text, ...data.rows.slice(0, ROWS_FOR_TOKENIZER).map(textOf)].join('\n');
    for await (const event of trainTokenizer({ text, config: config.tokenizer })) {
      if (event.type === 'tokenizer') {
        const tokenizer = withChatTokens(event.tokenizer);
        vocabSize = tokenizer.vocabSize;
        const json = `${JSON.stringify(tokenizer.toJSON(), null, 2)}\n`;
        await store.write('tokenizer/tokenizer.json', new TextEncoder().encode(json));
      }
      yield event;
    }
    const gained = `${vocabSize} tokens, 5 of them for chats`;
    return { examples: 1, tokens: 0, parameters: 0, flops: 0, gained, measures: { vocabSize } };
  },

  async *pretrain(context) {
    const { config, data, store } = context;
    const tokenizer = await loadTokenizer(store);
    const { training } = config.pretrain;
    const { seed, model, tokenizer: kind } = config;
    const last = new Last();
    const stage = { text: data.text, config: { seed, tokenizer: kind, model, ...config.pretrain }, tokenizer };
    yield* last.watch(pretrain({ ...stage, ...toStage(context, 'pretrain') }));
    if (!last.isDone) return null;
    const sizes = gpt2Config(model, tokenizer.vocabSize);
    const examples = training.steps * training.batchSize;
    const tokens = examples * model.contextLength;
    return {
      examples,
      tokens,
      parameters: parameterAccount(sizes).actual.total,
      flops: trainingFlops(forwardFlops(sizes, tokens, model.contextLength)),
      gained: `held-out loss ${said(last.firstLoss)} to ${said(last.loss)} nats a token`,
      measures: { loss: last.loss },
    };
  },

  sft: (context) =>
    fineTuned(context, 'sft', (chat) => {
      const { config, data } = context;
      return sft({ chat, config: config.sft, ...rowsOf(data, chat), seed: config.seed, ...toStage(context, 'sft') });
    }),

  lora: (context) =>
    fineTuned(context, 'lora', (chat) => {
      const { config, data } = context;
      return lora({ chat, config: config.lora, ...rowsOf(data, chat), seed: config.seed, ...toStage(context, 'lora') });
    }),

  async *reward(context) {
    const { store, config, data } = context;
    const loaded = await loadModel(store, 'sft');
    using base = loaded.model;
    const chat = requireChat(loaded, 'reward');
    const { training } = config.reward;
    const last = new Last();
    let tokensPerPair = 0;
    const pairs = { rows: data.preferences, ...(data.heldOutPreferences && { heldOut: data.heldOutPreferences }) };
    const events = trainReward({
      chat,
      config: config.reward,
      ...pairs,
      seed: config.seed,
      ...toStage(context, 'reward'),
    });
    for await (const event of last.watch(events)) {
      if (event.type === 'pairs') tokensPerPair = event.tokens / event.training;
      yield event;
    }
    if (!last.isDone) return null;
    const examples = training.steps * training.batchSize;
    const tokens = Math.round(examples * tokensPerPair);
    using judge = (await loadRewardModel(store, 'reward')).model;
    const heldOut = splitRows(data.preferences, config.reward.heldOut, data.heldOutPreferences).heldOut;
    const measures = await rewardMeasures(judge, heldOut, encodePairs(chat, heldOut, 'the held-out pairs').examples);
    return {
      examples,
      tokens,
      parameters: numParameters(judge),
      flops: trainingFlops(forwardFlops(base.config, tokens, tokensPerPair / 2)),
      gained: `prefers the better of two held-out answers ${percent(measures.accuracy)} of the time`,
      // there may be no pairs of equal, or of unequal length
      measures: Object.fromEntries(Object.entries(measures).filter(([, value]) => Number.isFinite(value))),
    };
  },

  async *ppo(context) {
    const { store, config, data, signal } = context;
    const { iterations, batchSize, epochs } = config.ppo;
    const loaded = await loadModel(store, 'sft');
    using model = loaded.model;
    const chat = requireChat(loaded, 'ppo');
    const questions = fittingQuestions(chat, data.questions, config.ppo.maxNewTokens);
    using judge = (await loadRewardModel(store, 'reward')).model;
    const last = new Last();
    const stage = { chat, reward: judge, config: config.ppo, questions, seed: config.seed };
    yield* last.watch(align({ ...stage, ...toStage(context, 'ppo') }));
    if (!last.isDone || signal?.aborted) return null;
    const { tokens, scores, kl } = await ppoMetrics(store, 'ppo');
    const asked = questions.slice(0, ROWS_TO_MEASURE).map((question) => chatPrompt(chat, question).length);
    const seqLength = mean(asked) + tokens / (iterations * batchSize);
    const processed = Math.round(seqLength * iterations * batchSize);
    const forward = forwardFlops(model.config, processed, seqLength);
    return {
      examples: iterations * batchSize,
      tokens,
      parameters: numParameters(model) * 2,
      // sampling, reference, old policy, value, reward; then policy and value in each epoch
      flops: 5 * forward + 2 * epochs * trainingFlops(forward),
      gained: `reward ${said(scores[0]!)} to ${said(ending(scores))} for ${said(ending(kl))} nats an answer`,
      measures: { score: ending(scores), kl: ending(kl) },
    };
  },

  async *quantize(context) {
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
  },
};

const ROWS_FOR_TOKENIZER = 3000;
const ROWS_TO_MEASURE = 200;

/** Fine-tuning of the pretrained model, in full or by adapters. */
async function* fineTuned(
  context: StageContext,
  stage: 'sft' | 'lora',
  start: (chat: ChatModel) => AsyncGenerator<LoraEvent>,
): AsyncGenerator<StageEvent, Result | null> {
  const { store, config } = context;
  const loaded = await loadModel(store, 'pretrain');
  using model = loaded.model;
  const chat = requireChat(loaded, stage);
  const { training } = config[stage];
  const last = new Last();
  let [tokensPerRow, trained] = [0, numParameters(model)];
  for await (const event of last.watch(start(chat))) {
    if (event.type === 'rows') tokensPerRow = event.tokens / event.training;
    if (event.type === 'start') trained = event.parameters;
    yield event;
  }
  if (!last.isDone) return null;
  const examples = training.steps * training.batchSize;
  const tokens = Math.round(examples * tokensPerRow);
  return {
    examples,
    tokens,
    parameters: trained,
    flops: trainingFlops(forwardFlops(model.config, tokens, tokensPerRow), { adapters: stage === 'lora' }),
    gained: `held-out loss ${said(last.firstLoss)} to ${said(last.loss)} nats a token of an answer`,
    measures: { loss: last.loss },
  };
}

/** What the last evaluation and the end of a training said. */
class Last {
  isDone = false;
  firstLoss = NaN;
  loss = NaN;

  async *watch<E extends StageEvent>(events: AsyncIterable<E>): AsyncGenerator<E> {
    for await (const event of events) {
      this.isDone = event.type === 'done';
      if (event.type === 'evaluation') {
        this.loss = event.loss;
        if (Number.isNaN(this.firstLoss)) this.firstLoss = event.loss;
      }
      yield event;
    }
  }
}

const toStage = ({ store, signal, pause }: StageContext, folder: StageName) => ({
  store,
  folder,
  existing: 'resume' as ExistingRun,
  ...(signal && { signal }),
  ...(pause && { pause }),
});

const rowsOf = ({ rows, heldOutRows, heldOutQuestions }: RecipeData, chat: ChatModel) => ({
  rows,
  ...(heldOutRows && { heldOut: heldOutRows }),
  prompts: fittingQuestions(chat, heldOutQuestions).slice(0, 2),
});

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

/** What a row says, for the tokenizer. */
function textOf(row: SupervisedRow): string {
  if ('text' in row) return row.text;
  const { messages } = 'messages' in row ? row : { messages: Object.values(toMessages(row)).flat() };
  return messages.map(({ content }) => content).join('\n');
}

const said = (value: number) => value.toFixed(2);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

async function loadTokenizer(store: FileStore): Promise<Tokenizer> {
  const bytes = await store.read('tokenizer/tokenizer.json');
  return Tokenizer.fromJSON(JSON.parse(new TextDecoder().decode(bytes!)) as object);
}
