import { check, checkBelow, checkPositive, checkWhole } from './checks.js';
import { checkHeldOut } from './pretrain-config.js';
import { checkTraining, type TrainingConfig } from './training-config.js';

/** Supervised fine-tuning on rows. */
export interface SftConfig {
  /** Part of the rows, at their end, that is held out, where none are given. */
  heldOut: number;
  /** Several examples in a row, kept apart by a mask. */
  packing: boolean;
  training: TrainingConfig;
}

/** Fine-tuning of an adapter. */
export interface LoraConfig extends SftConfig {
  /** Width of the adapters. */
  rank: number;
  /** The adapter's output is scaled by `alpha / rank`. */
  alpha: number;
  dropout: number;
  /** Paths of linear layers or their ends; an empty list adapts all. */
  targetModules: string[];
}

/** Settings that hold a number or null, below the path of an `SftConfig`. */
export const nullableInSft = ['training.maxGradNorm'];

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkSft({ heldOut, training }: SftConfig, part = ''): void {
  checkHeldOut(heldOut, part);
  checkTraining(training, `${part}training.`);
}

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkLora(config: LoraConfig, part = ''): void {
  checkSft(config, part);
  checkAdapter(config, part);
}

/** What an adapter is made of. */
export type AdapterConfig = Pick<LoraConfig, 'rank' | 'alpha' | 'dropout' | 'targetModules'>;

/** @throws RangeError of one sentence; `part` is where the settings stand */
export function checkAdapter({ rank, alpha, dropout, targetModules }: AdapterConfig, part: string): void {
  checkWhole(part, 1, { rank });
  checkPositive(part, { alpha });
  checkBelow(part, 1, { dropout });
  const isList = targetModules.every((name) => typeof name === 'string');
  check(isList, `${part}targetModules`, 'a list of texts', targetModules);
}
