import type { JsonObject } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { pretrain, pretrainConfig, type PretrainChanges } from '@ashlar/recipe';
import { Run } from '@ashlar/trainer';
import { join } from 'node:path';
import { openBackend, type BackendFlags } from '../backend.js';
import { existingRun, type RunFlags } from '../existing-run.js';
import { thousands } from '../format.js';
import { readJsonFile, readText, readTokenizer } from '../inputs.js';
import { progressBar } from '../progress-bar.js';
import { checkRoom } from '../room.js';
import { showTraining, type Outcome } from '../show-training.js';
import type { Printer } from '../terminal.js';

export interface PretrainFlags extends RunFlags, BackendFlags {
  text: string;
  preset: string;
  config?: string;
  tokenizer?: string;
  steps?: number;
  seed?: number;
  gradientCheckpointing?: boolean;
}

/** @returns the exit code: 130 when it was interrupted */
export async function pretrainCommand(flags: PretrainFlags, printer: Printer): Promise<number> {
  const config = pretrainConfig(flags.preset, await changes(flags));
  const text = await readText(flags.text);
  const tokenizer = flags.tokenizer === undefined ? undefined : await readTokenizer(flags.tokenizer);
  const store = nodeStore(flags.out);
  const existing = existingRun(flags, (await Run.config(store, '')) !== null);
  await openBackend(flags);

  let parameters = 0;
  const bar = progressBar(printer, 'tokens');
  const outcome = await showTraining(
    printer,
    (signal) =>
      pretrain({ text, config, store, existing, signal, onTokens: bar.update, ...(tokenizer && { tokenizer }) }),
    {
      onEvent: async (event) => {
        if (event.type === 'tokenizer') bar.stop();
        if (event.type !== 'model') return;
        parameters = event.parameters;
        await checkRoom(flags.out, parameters);
      },
    },
  );
  if (outcome.done) report(outcome, flags.out, printer);
  const { done, evaluation, step: steps, msPerStep, tokensPerSecond } = outcome;
  const [valLoss, trainLoss] = [evaluation?.loss ?? null, done?.trainLoss ?? null];
  printer.result({ valLoss, trainLoss, steps, msPerStep, tokensPerSecond, parameters });
  return done ? 0 : 130;
}

/** The settings of `--config`, under those of the options. */
async function changes({
  config,
  steps,
  seed,
  gradientCheckpointing,
}: PretrainFlags): Promise<PretrainChanges | JsonObject> {
  const file = (config === undefined ? {} : await readJsonFile(config)) as PretrainChanges;
  const training = {
    ...(steps !== undefined && { steps }),
    ...(gradientCheckpointing && { gradientCheckpointing }),
  };
  return {
    ...file,
    ...(seed !== undefined && { seed }),
    ...(Object.keys(training).length > 0 && { training: { ...file.training, ...training } }),
  };
}

function report({ done, msPerStep, tokensPerSecond }: Outcome, out: string, printer: Printer): void {
  const { evaluation, trainLoss } = done!;
  printer.say();
  if (evaluation) {
    const bits = evaluation.bitsPerByte === null ? '' : `, ${evaluation.bitsPerByte.toFixed(3)} bits a byte`;
    printer.say(
      `held-out loss ${evaluation.loss.toFixed(3)} (perplexity ${evaluation.perplexity.toFixed(2)}${bits})` +
        (trainLoss === null ? '' : `, training loss ${trainLoss.toFixed(3)}`),
    );
  }
  if (msPerStep !== null) printer.say(`${msPerStep.toFixed(1)} ms a step, ${thousands(tokensPerSecond!)} tokens/s`);
  printer.say(`model   ${join(out, 'model')}`);
  printer.say(`curves  ${join(out, 'loss.svg')}`);
}
