import { encodePreference, PreferenceDataset, type Preference } from '@ashlar/data';
import { pairBatch, rewardObjective } from '@ashlar/reward-model';
import { train, type TrainEvent } from '@ashlar/trainer';
import { Gpt2WithScore, gpt2WithScoreToHuggingFace } from '@ashlar/transformer';
import type { RewardConfig } from '../config/reward-config.js';
import type { ChatModel, ChatReader } from '../models/chat-format.js';
import { rowsFingerprint, weightsFingerprint } from '../models/fingerprint.js';
import { withTokenizer } from '../models/model-folder.js';
import { optimization } from './optimization.js';
import { checkRewardMemory } from './reward-memory.js';
import { openRun, splitRows, toTraining, type StageOptions } from './stage.js';

export interface TrainRewardOptions extends StageOptions {
  /** The reward model starts from its weights, which are left as they are. */
  chat: ChatModel;
  config: RewardConfig;
  /** Pairs of answers. */
  rows: readonly Preference[];
  /** @default the last rows, the part that the config says */
  heldOut?: readonly Preference[];
  /** Of the head's first values and of the order of the rows. @default 0 */
  seed?: number;
}

export type RewardEvent =
  | TrainEvent
  /** The pairs are encoded; `dropped` were too long, or equal. */
  | { type: 'pairs'; training: number; heldOut: number; dropped: number; tokens: number };

/**
 * Trains a reward model on preferences. The folder's `model` is Python's `GPT2ForSequenceClassification`.
 *
 * @throws Error of one sentence, before training, where rows, model and folder do not go together
 */
export async function* trainReward(options: TrainRewardOptions): AsyncGenerator<RewardEvent> {
  const { chat, config, seed = 0 } = options;
  const rows = splitRows(options.rows, config.heldOut, options.heldOut);
  const training = encodePairs(chat, rows.training, 'the pairs');
  const heldOut = encodePairs(chat, rows.heldOut, 'the held-out pairs');
  const widest = Math.max(training.data.widest, heldOut.data.widest);
  checkRewardMemory({ model: chat.model.config, config, widest });
  const run = await openRun(options, {
    stage: 'reward',
    ...structuredClone(config as unknown as Record<string, never>),
    seed,
    base: await weightsFingerprint(chat.model),
    rows: await rowsFingerprint(rows.training),
    heldOutRows: await rowsFingerprint(rows.heldOut),
  });
  yield {
    type: 'pairs',
    training: training.data.size,
    heldOut: heldOut.data.size,
    dropped: training.data.dropped + heldOut.data.dropped,
    tokens: training.tokens,
  };
  using model = Gpt2WithScore.fromGpt2(chat.model, { seed });
  const { training: settings } = config;
  model.transformer.gradientCheckpointing = settings.gradientCheckpointing;
  const plan = optimization(model, settings);
  try {
    yield* train({
      model,
      objective: rewardObjective({ centerCoefficient: config.centerCoefficient }),
      ...plan,
      batches: (step) => [pairBatch(training.data.batch(step, settings.batchSize, seed))],
      seed,
      evaluation: {
        every: settings.evaluateEvery,
        batches: function* () {
          for (const batch of heldOut.data.evaluationBatches(settings.evaluationBatchSize)) yield pairBatch(batch);
        },
      },
      baseline: { loss: Math.LN2, label: 'guessing' },
      exportModel: async () =>
        withTokenizer(await gpt2WithScoreToHuggingFace(model, { padTokenId: chat.chat.padTokenId }), chat),
      ...toTraining(options, run),
    });
  } finally {
    plan.optimizer.dispose();
  }
}

/** Pairs of at most the model's context; null for longer ones. */
export function encodePreferences({ model, tokenizer, chat }: ChatReader, rows: readonly Preference[]) {
  const settings = {
    tokenizer,
    eosTokenId: chat.eosTokenId,
    chatTemplate: chat.template,
    maxLength: model.config.contextLength,
  };
  return rows.map((row) => encodePreference(row, settings));
}

/** Pairs as batches, with how much there is to read. */
export function encodePairs(reader: ChatReader, rows: readonly Preference[], name: string) {
  const examples = encodePreferences(reader, rows);
  const tokens = examples.reduce((sum, one) => sum + (one ? one.chosen.length + one.rejected.length : 0), 0);
  return { data: new PreferenceDataset(examples, { padTokenId: reader.chat.padTokenId, name }), examples, tokens };
}
