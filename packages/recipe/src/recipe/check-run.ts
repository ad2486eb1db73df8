import type { Tokenizer } from '@ashlar/tokenizer';
import { Gpt2, parameterAccount } from '@ashlar/transformer';
import { gpt2Config } from '../config/model-config.js';
import type { RecipeConfig } from '../config/recipe-config.js';
import { ashlarChat, chatTokens } from '../models/chat-format.js';
import { adaptedModel } from '../stages/lora.js';
import { checkPretrainingMemory } from '../stages/memory.js';
import { checkPpoMemory } from '../stages/ppo-memory.js';
import { expectedVocabSize } from '../stages/pretrain.js';
import { checkRewardMemory } from '../stages/reward-memory.js';
import { checkTuningMemory } from '../stages/tuning-memory.js';
import { checkRows } from './check-rows.js';
import type { RecipeData } from './recipe-data.js';
import type { StageName } from './stage-names.js';

interface Planned {
  config: RecipeConfig;
  data: RecipeData;
  /** That are to run. */
  stages: readonly StageName[];
}

/** Makes sure, while there is no tokenizer, that the backend can hold the pretraining. @throws RangeError of one sentence */
export function checkBeforeTokenizer({ config, data, stages }: Planned): void {
  if (!stages.includes('pretrain')) return;
  const vocabSize = expectedVocabSize({ text: data.text, tokenizer: config.tokenizer }) + chatTokens.length;
  checkPretrainingMemory({ model: gpt2Config(config.model, vocabSize), training: config.pretrain.training });
}

/**
 * Makes sure, once there is a tokenizer and before anything is trained, that every stage has something to learn from and
 * that the backend can hold it.
 *
 * @returns sentences on what will be left out
 * @throws Error of one sentence
 */
export function checkBeforeTraining({ config, data, stages }: Planned, tokenizer: Tokenizer): string[] {
  const model = gpt2Config(config.model, tokenizer.vocabSize);
  const reader = { model: { config: model }, tokenizer, chat: ashlarChat(tokenizer)! };
  const { widest, leftOut } = checkRows({ config, data, reader, stages });
  const { contextLength } = model;
  const { pretrain, sft, lora, reward, ppo } = config;
  const check: Partial<Record<StageName, () => void>> = {
    pretrain: () => checkPretrainingMemory({ model, training: pretrain.training }),
    sft: () => {
      const alike = () => new Gpt2(model);
      checkTuningMemory({ stage: 'sft', alike, config: sft, widest: sft.packing ? contextLength : widest.rows });
    },
    lora: () => {
      const alike = () => adaptedModel(model, lora);
      checkTuningMemory({ stage: 'lora', alike, config: lora, widest: lora.packing ? contextLength : widest.rows });
    },
    // the fine-tuned model lives beside
    reward: () =>
      checkRewardMemory({ model, config: reward, widest: widest.pairs }, -4 * parameterAccount(model).actual.total),
    ppo: () => checkPpoMemory({ policy: model, judge: model, promptTokens: widest.questions }, ppo),
  };
  for (const stage of stages) check[stage]?.();
  return leftOut;
}
