import { checkBelow } from './checks.js';
import { checkHeldOut } from './pretrain-config.js';
import { checkTraining, type TrainingConfig } from './training-config.js';

/** A reward model from preferences. */
export interface RewardConfig {
  /** Part of the pairs, at their end, that is held out, where none are given. */
  heldOut: number;
  /** Weight of the penalty that keeps scores around zero (TRL's `center_rewards_coefficient`); 0 for none. */
  centerCoefficient: number;
  training: TrainingConfig;
}

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkReward({ heldOut, centerCoefficient, training }: RewardConfig, part = ''): void {
  checkHeldOut(heldOut, part);
  checkBelow(part, Infinity, { centerCoefficient });
  checkTraining(training, `${part}training.`);
}
