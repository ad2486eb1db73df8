import type { JsonObject } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { pretrain, pretrainConfig, type PretrainChanges } from '@ashlar/recipe';
import { Run, type DoneEvent, type EvaluationEvent } from '@ashlar/trainer';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { join } from 'node:path';
import { openBackend, type BackendName } from '../backend.js';
import { thousands } from '../format.js';
import { readJsonFile, readText, readTokenizer } from '../inputs.js';
import { checkRoom } from '../room.js';
import type { Printer } from '../terminal.js';
import { TrainingDisplay } from '../training-display.js';

export interface PretrainFlags {
  text: string;
  preset: string;
  out: string;
  config?: string;
  tokenizer?: string;
  steps?: number;
  seed?: number;
  backend: BackendName;
  resume?: boolean;
  overwrite?: boolean;
}

/** @returns the exit code: 130 when it was interrupted */
export async function pretrainCommand(flags: PretrainFlags, printer: Printer): Promise<number> {
  const config = pretrainConfig(flags.preset, await changes(flags));
  const text = await readText(flags.text);
  const tokenizer = flags.tokenizer === undefined ? undefined : await readTokenizer(flags.tokenizer);
  const store = nodeStore(flags.out);
  const existing = await whatToDo(flags, (await Run.config(store, '')) !== null);
  await openBackend(flags.backend);

  const display = new TrainingDisplay(printer);
  const { signal, release } = abortOnInterrupt(() => printer.terminal.err('\nstopping after this step\n'));
  let parameters = 0;
  let evaluation: EvaluationEvent | undefined;
  try {
    for await (const event of pretrain({ text, config, store, existing, signal, ...(tokenizer && { tokenizer }) })) {
      display.show(event);
      if (event.type === 'model') {
        parameters = event.parameters;
        await checkRoom(flags.out, parameters);
      }
      if (event.type === 'evaluation') evaluation = event;
      if (event.type === 'stopped') {
        display.stop();
        printer.say(`stopped after step ${thousands(event.step)}: the same command with --resume goes on`);
        printer.result(result(display, event.step, parameters, evaluation?.loss ?? null, null));
        return 130;
      }
      if (event.type === 'done') {
        display.stop();
        report(event, flags.out, display, printer);
        printer.result(result(display, event.step, parameters, event.evaluation?.loss ?? null, event.trainLoss));
      }
    }
    return 0;
  } finally {
    display.stop();
    release();
  }
}

/** The settings of `--config`, under those of the options. */
async function changes({ config, steps, seed }: PretrainFlags): Promise<PretrainChanges | JsonObject> {
  const file = (config === undefined ? {} : await readJsonFile(config)) as PretrainChanges;
  return {
    ...file,
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && { training: { ...file.training, steps } }),
  };
}

async function whatToDo({ out, resume, overwrite }: PretrainFlags, exists: boolean) {
  if (resume && overwrite) throw new Error('--resume and --overwrite exclude each other');
  if (resume && !exists) throw new Error(`${out} holds no run to resume: leave --resume out to begin one`);
  if (exists && !resume && !overwrite)
    throw new Error(`${out} holds a run already: --resume continues it, --overwrite replaces it`);
  return resume ? 'resume' : overwrite ? 'overwrite' : 'refuse';
}

const result = (
  { msPerStep, tokensPerSecond }: TrainingDisplay,
  steps: number,
  parameters: number,
  valLoss: number | null,
  trainLoss: number | null,
) => ({ valLoss, trainLoss, steps, msPerStep, tokensPerSecond, parameters });

function report({ evaluation, trainLoss }: DoneEvent, out: string, display: TrainingDisplay, printer: Printer): void {
  printer.say();
  if (evaluation) {
    const bits = evaluation.bitsPerByte === null ? '' : `, ${evaluation.bitsPerByte.toFixed(3)} bits a byte`;
    printer.say(
      `held-out loss ${evaluation.loss.toFixed(3)} (perplexity ${evaluation.perplexity.toFixed(2)}${bits})` +
        (trainLoss === null ? '' : `, training loss ${trainLoss.toFixed(3)}`),
    );
  }
  if (display.msPerStep !== null)
    printer.say(`${display.msPerStep.toFixed(1)} ms a step, ${thousands(display.tokensPerSecond!)} tokens/s`);
  printer.say(`model   ${join(out, 'model')}`);
  printer.say(`curves  ${join(out, 'loss.svg')}`);
}
