import { runLora, runSft } from './stage-runs/fine-tuning.js';
import { runPpo } from './stage-runs/ppo.js';
import { runPretraining } from './stage-runs/pretraining.js';
import { runQuantization } from './stage-runs/quantization.js';
import { runReward } from './stage-runs/reward.js';
import { runTokenizer } from './stage-runs/tokenizer.js';
import type { StageContext, StageRun } from './stage-context.js';
import type { StageName } from './stage-names.js';

const runs: Record<StageName, (context: StageContext) => StageRun> = {
  tokenizer: runTokenizer,
  pretrain: runPretraining,
  sft: runSft,
  lora: runLora,
  reward: runReward,
  ppo: runPpo,
  quantize: runQuantization,
};

/** Runs a stage in the folder of its name, from where it was left. */
export const runStage = (stage: StageName, context: StageContext): StageRun => runs[stage](context);
