import type { ChatStage } from '../engine/model-stages.js';

/** What the page calls the model of each stage. */
export const stageNames: Record<ChatStage, string> = {
  pretrain: 'pretrained',
  sft: 'fine-tuned',
  ppo: 'aligned',
};
