import { evaluateModel } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { openBackend, type BackendFlags } from '../backend.js';
import { thousands } from '../format.js';
import { openModel, readText } from '../inputs.js';
import { progressBar } from '../progress-bar.js';
import type { Printer } from '../terminal.js';

export interface EvalFlags extends BackendFlags {
  model: string;
  text: string;
}

export async function evalCommand(flags: EvalFlags, printer: Printer): Promise<number> {
  const text = await readText(flags.text);
  await openBackend(flags);
  const { model, tokenizer } = await openModel(flags.model);
  const { signal, release } = abortOnInterrupt();
  const bar = progressBar(printer, 'batches');
  try {
    const result = await evaluateModel({ model, tokenizer, text, onProgress: bar.update, signal });
    bar.stop();
    if (!result) return 130;
    const { loss, perplexity, bitsPerByte, tokens } = result;
    printer.say(
      `${thousands(tokens)} tokens: loss ${loss.toFixed(3)}, perplexity ${perplexity.toFixed(2)}, ${bitsPerByte.toFixed(3)} bits a byte`,
    );
    printer.result({ loss, perplexity, bitsPerByte });
    return 0;
  } finally {
    bar.stop();
    model.dispose();
    release();
  }
}
