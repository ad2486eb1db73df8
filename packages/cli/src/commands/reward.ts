import { nodeStore } from '@ashlar/checkpoint/node';
import { trainReward } from '@ashlar/recipe';
import { Run } from '@ashlar/trainer';
import { join } from 'node:path';
import { openBackend, type BackendFlags } from '../backend.js';
import { openChatModel } from '../chat-models.js';
import { existingRun, type RunFlags } from '../existing-run.js';
import { partSettings, trainingChanges, type SettingFlags } from '../part-settings.js';
import { readPreferences } from '../row-inputs.js';
import { checkRoom } from '../room.js';
import { showTraining } from '../show-training.js';
import type { Printer } from '../terminal.js';

export interface RewardFlags extends RunFlags, SettingFlags, BackendFlags {
  model: string;
  data: string;
  seed: number;
}

/** @returns the exit code: 130 when it was interrupted */
export async function rewardCommand(flags: RewardFlags, printer: Printer): Promise<number> {
  const { seed, out } = flags;
  const config = await partSettings('reward', flags.config, trainingChanges(flags));
  const rows = await readPreferences(flags.data);
  const store = nodeStore(out);
  const existing = existingRun(flags, (await Run.config(store, '')) !== null);
  await openBackend(flags);
  const { chat } = await openChatModel(flags.model, seed);
  using _ = chat.model;

  const { done, evaluation } = await showTraining(
    printer,
    (signal) => trainReward({ chat, config, rows, seed, store, existing, signal }),
    {
      onEvent: async (event) => {
        if (event.type === 'start') await checkRoom(out, event.parameters);
      },
    },
  );
  const accuracy = evaluation?.metrics['accuracy'] ?? null;
  if (done) {
    printer.say();
    printer.say(`prefers the better of two held-out answers ${(100 * accuracy!).toFixed(1)} % of the time`);
    printer.say(`reward model  ${join(out, 'model')}`);
  }
  printer.result({ accuracy });
  return done ? 0 : 130;
}
