import { saveHuggingFace, type JsonObject } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { lora, sft, withTokenizer } from '@ashlar/recipe';
import { Run } from '@ashlar/trainer';
import { gpt2ToHuggingFace } from '@ashlar/transformer';
import { join } from 'node:path';
import { openBackend, type BackendFlags } from '../backend.js';
import { openChatModel } from '../chat-models.js';
import { existingRun, type RunFlags } from '../existing-run.js';
import { partSettings, trainingChanges, type SettingFlags } from '../part-settings.js';
import { readSupervisedRows } from '../row-inputs.js';
import { checkRoom } from '../room.js';
import { showTraining } from '../show-training.js';
import type { Printer } from '../terminal.js';

export interface SftFlags extends RunFlags, SettingFlags, BackendFlags {
  model: string;
  data: string;
  /** Rank of the adapters that are trained in place of the whole model. */
  lora?: number;
  packing?: boolean;
  ask?: string[];
  seed: number;
}

/** @returns the exit code: 130 when it was interrupted */
export async function sftCommand(flags: SftFlags, printer: Printer): Promise<number> {
  const { model: folder, data, lora: rank, out, config, seed, ask: prompts = [] } = flags;
  const changes: JsonObject = { ...trainingChanges(flags), ...(flags.packing && { packing: true }) };
  const settings = rank === undefined && (await partSettings('sft', config, changes));
  const adapters = rank !== undefined && (await partSettings('lora', config, { ...changes, rank, alpha: 2 * rank }));
  const rows = await readSupervisedRows(data);
  const store = nodeStore(out);
  const existing = existingRun(flags, (await Run.config(store, '')) !== null);
  await openBackend(flags);
  const { chat, isGrown } = await openChatModel(folder, seed);
  using model = chat.model;
  // adapters belong to the model with the new tokens, which lies nowhere yet
  const base = isGrown && adapters ? withTokenizer(await gpt2ToHuggingFace(model), chat) : null;

  const outcome = await showTraining(
    printer,
    (signal) => {
      const options = { chat, rows, seed, prompts, store, existing, signal };
      return adapters
        ? lora({ ...options, config: adapters })
        : sft({ ...options, config: settings as Exclude<typeof settings, false> });
    },
    {
      head: isGrown ? ['chat         this model gets the tokens that mark who speaks'] : [],
      onEvent: async (event) => {
        if (event.type === 'start') await checkRoom(out, event.parameters);
      },
    },
  );
  const { done, evaluation } = outcome;
  if (done) {
    if (base) await saveHuggingFace(store, 'base', base);
    printer.say();
    printer.say(`held-out loss ${evaluation!.loss.toFixed(3)} nats a token of an answer`);
    printer.say(`model    ${join(out, 'model')}`);
    if (adapters) printer.say(`adapter  ${join(out, 'adapter')}${base ? ` for ${join(out, 'base')}` : ''}`);
    printer.say(`try it   ashlar chat --model ${out}`);
  }
  printer.result({ loss: done?.trainLoss ?? null, valLoss: evaluation?.loss ?? null });
  return done ? 0 : 130;
}
