import type { JsonObject } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { addChatTokens, requireChat, type ChatModel, type LoadedModel } from '@ashlar/recipe';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from './inputs.js';

/** A model to be trained further. */
export interface OpenedChatModel {
  chat: ChatModel;
  /** Whether it got the tokens of chats here. */
  isGrown: boolean;
}

/** A model that is to learn to answer; one without the tokens of chats gets them, drawn by `seed`. */
export async function openChatModel(folder: string, seed: number): Promise<OpenedChatModel> {
  const loaded = await openTrainable(folder);
  if (loaded.chat) return { chat: requireChat(loaded, 'chat'), isGrown: false };
  return { chat: await addChatTokens(loaded.model, loaded.tokenizer, seed), isGrown: true };
}

/**
 * As `openModel`, for a model whose weights are to change.
 *
 * @throws Error of one sentence for a quantized one
 */
export async function openTrainable(folder: string): Promise<LoadedModel> {
  const loaded = await openModel(folder);
  const bytes = await nodeStore(folder).read(join(loaded.folder, 'config.json'));
  const config = JSON.parse(new TextDecoder().decode(bytes!)) as JsonObject;
  if (config['quantization_config'] === undefined) return loaded;
  loaded.model.dispose();
  throw new Error(`${folder} holds a quantized model, whose weights are fixed: give the model that it was made of`);
}

/** The folder of an adapter: itself, or `adapter` in the folder of a run. */
export function adapterFolder(folder: string): string {
  if (!existsSync(folder)) throw new Error(`${folder} does not exist`);
  const inRun = join(folder, 'adapter');
  return existsSync(join(inRun, 'adapter_config.json')) ? inRun : folder;
}
