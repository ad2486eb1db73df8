import { ppo, type PpoEvent, type RewardFunction } from '@ashlar/ppo';
import { applyLora, disabled } from '@ashlar/lora';
import { normalizeRewards, rewardFunction, type RewardScale } from '@ashlar/reward-model';
import { copyGpt2, gpt2ToHuggingFace, Gpt2WithScore } from '@ashlar/transformer';
import { joinPath, saveHuggingFace } from '@ashlar/checkpoint';
import type { PpoConfig } from '../config/ppo-config.js';
import { mergeAdapter, saveAdapter } from '../models/adapter.js';
import { answerAll } from '../models/answer.js';
import { chatPrompt, type ChatModel } from '../models/chat-format.js';
import { fingerprint, weightsFingerprint } from '../models/fingerprint.js';
import { withTokenizer } from '../models/model-folder.js';
import { bytesOf } from './memory-limit.js';
import { atOnce, checkPpoMemory } from './ppo-memory.js';
import { openRun, toTraining, type StageOptions } from './stage.js';

export interface AlignOptions extends StageOptions {
  /** Trained in place; stays the caller's. */
  chat: ChatModel;
  /** Judges answers: a reward model, which the value model starts from, or any function. */
  reward: Gpt2WithScore | RewardFunction;
  config: PpoConfig;
  /** What is asked in training. */
  questions: readonly string[];
  /** Of the sampling. @default 0 */
  seed?: number;
}

export type AlignEvent =
  | PpoEvent
  /** How the reward model's scores are scaled: answers before PPO have mean 0 and deviation 1. */
  | { type: 'scale'; scale: RewardScale };

/**
 * Trains a model that answers by PPO: answers that the reward prefers become likelier, and each nat away from the model as
 * it was costs.
 *
 * @throws Error of one sentence, before training, where model, questions, config and folder do not go together
 */
export async function* align(options: AlignOptions): AsyncGenerator<AlignEvent> {
  const { chat, reward, config, questions, seed = 0, store, folder = '' } = options;
  if (questions.length === 0) throw new RangeError('ppo: there are no questions to answer');
  const prompts = questions.map((question) => chatPrompt(chat, question));
  checkRoom(options, prompts);
  const scorer = typeof reward === 'function' ? null : reward;
  const promptTokens = Math.max(...prompts.map(({ length }) => length));
  const sizes = { policy: chat.model.config, judge: scorer && scorer.config, promptTokens };
  checkPpoMemory(sizes, config, bytesOf(chat.model, ...(scorer ? [scorer] : [])));
  const base = await weightsFingerprint(chat.model);
  const run = await openRun(options, {
    stage: 'ppo',
    ...structuredClone(config as unknown as Record<string, never>),
    seed,
    policy: base,
    reward: typeof reward === 'function' ? 'a function' : await weightsFingerprint(reward),
    questions: await fingerprint(JSON.stringify(questions)),
  });
  let judge: RewardFunction;
  if (typeof reward === 'function') judge = reward;
  else {
    const scale = await scaleOf(reward, options, prompts);
    yield { type: 'scale', scale };
    judge = rewardFunction(reward, { scale, batchSize: atOnce(config.batchSize) });
  }

  const { model: policy } = chat;
  const trunk = typeof reward === 'function' ? policy : reward.transformer;
  using value = Gpt2WithScore.fromGpt2(trunk, { seed, std: 0 });
  const adapted = config.adapterRank !== null;
  if (adapted) applyLora(policy, { rank: config.adapterRank!, alpha: 2 * config.adapterRank!, seed });
  using copy = adapted ? null : copyGpt2(policy);
  const exported = async () => withTokenizer(await gpt2ToHuggingFace(policy), chat);
  let isDone = false;
  const events = ppo({
    policy,
    reference: copy ?? ((f) => disabled(policy, f)),
    value,
    prompts: (iteration) =>
      Array.from({ length: config.batchSize }, (_, i) => prompts[(iteration * config.batchSize + i) % prompts.length]!),
    reward: judge,
    decode: (ids) => chat.tokenizer.decode([...ids], { skipSpecialTokens: true }),
    eosTokenId: chat.chat.eosTokenId,
    padTokenId: chat.chat.padTokenId,
    iterations: config.iterations,
    maxNewTokens: config.maxNewTokens,
    temperature: config.temperature,
    epochs: config.epochs,
    minibatchSize: config.minibatchSize,
    schedule: (iteration) => config.learningRate * (1 - iteration / config.iterations),
    kl: { coefficient: config.klCoefficient, target: config.klTarget, horizon: config.klHorizon },
    missingEosPenalty: config.missingEosPenalty,
    seed,
    checkpointEvery: config.checkpointEvery,
    ...(!adapted && { exportModel: exported }),
    ...toTraining(options, run),
  });
  for await (const event of events) {
    yield event;
    isDone = event.type === 'done';
  }
  if (!adapted || !isDone) return;
  if (store) await saveAdapter(store, joinPath(folder, 'adapter'), policy, base);
  mergeAdapter(policy);
  if (store) await saveHuggingFace(store, joinPath(folder, 'model'), await exported());
}

function checkRoom(
  { chat: { model }, config: { maxNewTokens }, questions }: AlignOptions,
  prompts: readonly number[][],
) {
  const { contextLength } = model.config;
  const long = prompts.findIndex(({ length }) => length + maxNewTokens > contextLength);
  if (long >= 0)
    throw new RangeError(
      `ppo: question ${long + 1} of ${prompts[long]!.length} tokens (${JSON.stringify(questions[long]!.slice(0, 60))}) and ${maxNewTokens} of an answer do not fit into the model's context of ${contextLength}`,
    );
}

async function scaleOf(
  reward: Gpt2WithScore,
  { chat, config, questions, seed = 0 }: AlignOptions,
  prompts: readonly number[][],
): Promise<RewardScale> {
  const count = Math.min(config.scaleQuestions, questions.length);
  const { maxNewTokens, temperature } = config;
  const batchSize = atOnce(config.batchSize);
  const answers = await answerAll(chat, questions.slice(0, count), { maxNewTokens, temperature, seed, batchSize });
  const samples = answers.map(({ ids }, i) => ({ prompt: prompts[i]!, completion: ids }));
  return normalizeRewards(await rewardFunction(reward, { batchSize })(samples));
}
