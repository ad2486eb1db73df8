import type { PretrainConfig, RecipeConfig } from '@ashlar/recipe';
import type { ModelStage } from './model-stages.js';
import type { Message } from './protocol.js';

/** A model of prepared results: its weights are a file of their own, the other files of its folder are texts. */
export interface PreparedModel {
  /** Of the file with the weights. */
  bytes: number;
  sha256: string;
  texts: Record<string, string>;
}

/** All that the worker told in a run of every step, with the models apart. */
export interface PreparedResults {
  settings: RecipeConfig;
  config: PretrainConfig;
  /** Of each step. */
  seconds: Record<string, number>;
  models: Record<ModelStage, PreparedModel>;
  messages: Message[];
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
