import { nodeStore } from '@ashlar/checkpoint/node';
import { align, ending, loadRewardModel, ppoMetrics, requireChat, type LoadedRewardModel } from '@ashlar/recipe';
import { Run } from '@ashlar/trainer';
import type { Tokenizer } from '@ashlar/tokenizer';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openBackend, type BackendFlags } from '../backend.js';
import { openTrainable } from '../chat-models.js';
import { existingRun, type RunFlags } from '../existing-run.js';
import { partSettings } from '../part-settings.js';
import { fixed } from '../format.js';
import { readQuestions } from '../row-inputs.js';
import { checkRoom } from '../room.js';
import { showTraining } from '../show-training.js';
import type { Printer } from '../terminal.js';

export interface PpoFlags extends RunFlags, BackendFlags {
  model: string;
  reward: string;
  prompts: string;
  config?: string;
  iterations?: number;
  kl?: number;
  klTarget?: number;
  /** Rank of the adapters that are trained in place of the whole policy. */
  lora?: number;
  maxNewTokens?: number;
  temperature?: number;
  learningRate?: number;
  seed: number;
}

/** @returns the exit code: 130 when it was interrupted */
export async function ppoCommand(flags: PpoFlags, printer: Printer): Promise<number> {
  const { seed, out } = flags;
  const config = await partSettings('ppo', flags.config, changes(flags));
  const questions = await readQuestions(flags.prompts);
  const store = nodeStore(out);
  const existing = existingRun(flags, (await Run.config(store, '')) !== null);
  await openBackend(flags);
  const loaded = await openTrainable(flags.model);
  using model = loaded.model;
  const chat = requireChat({ ...loaded, model, folder: flags.model }, 'ppo');
  const judge = await openRewardModel(flags.reward);
  using reward = judge.model;
  if (!areEqual(chat.tokenizer, judge.tokenizer))
    throw new Error(
      `${flags.reward} has another tokenizer than ${flags.model}: train the reward model from the model it is to judge`,
    );

  const { done, step } = await showTraining(
    printer,
    (signal) => align({ chat, reward, config, questions, seed, store, existing, signal }),
    {
      onEvent: async (event) => {
        if (event.type === 'start') await checkRoom(out, event.parameters);
      },
    },
  );
  const { scores, kl } = await ppoMetrics(store, '');
  const result = { score: ending(scores), kl: ending(kl), iterations: step };
  if (done) {
    printer.say();
    printer.say(
      `reward ${fixed(scores[0]!)} to ${fixed(result.score)} (in deviations between answers before), ${fixed(result.kl)} nats an answer away from them`,
    );
    printer.say(`model   ${join(out, 'model')}`);
    if (config.adapterRank !== null) printer.say(`adapter ${join(out, 'adapter')}`);
    printer.say(`try it  ashlar chat --model ${out}`);
  }
  printer.result(result);
  return done ? 0 : 130;
}

function changes({ iterations, kl, klTarget, lora, maxNewTokens, temperature, learningRate }: PpoFlags) {
  return {
    ...(iterations !== undefined && { iterations }),
    ...(kl !== undefined && { klCoefficient: kl }),
    ...(klTarget !== undefined && { klTarget }),
    ...(lora !== undefined && { adapterRank: lora }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(learningRate !== undefined && { learningRate }),
  };
}

async function openRewardModel(folder: string): Promise<LoadedRewardModel> {
  if (!existsSync(folder)) throw new Error(`${folder} does not exist`);
  return loadRewardModel(nodeStore(folder));
}

const areEqual = (one: Tokenizer, other: Tokenizer) => JSON.stringify(one.toJSON()) === JSON.stringify(other.toJSON());
