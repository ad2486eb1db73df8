import { evaluateModel } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import cliProgress from 'cli-progress';
import { openBackend, type BackendName } from '../backend.js';
import { thousands } from '../format.js';
import { openModel, readText } from '../inputs.js';
import type { Printer } from '../terminal.js';

export interface EvalFlags {
  model: string;
  text: string;
  backend: BackendName;
}

export async function evalCommand(flags: EvalFlags, printer: Printer): Promise<number> {
  const text = await readText(flags.text);
  await openBackend(flags.backend);
  const { model, tokenizer } = await openModel(flags.model);
  const { signal, release } = abortOnInterrupt();
  const bar = printer.showsBars
    ? new cliProgress.SingleBar(
        { format: ' {bar} {value}/{total} batches', clearOnComplete: true },
        cliProgress.Presets.rect,
      )
    : null;
  try {
    const onProgress = (done: number, total: number) => {
      if (done === 1) bar?.start(total, 0);
      bar?.update(done);
    };
    const result = await evaluateModel({ model, tokenizer, text, onProgress, signal });
    bar?.stop();
    if (!result) return 130;
    const { loss, perplexity, bitsPerByte, tokens } = result;
    printer.say(
      `${thousands(tokens)} tokens: loss ${loss.toFixed(3)}, perplexity ${perplexity.toFixed(2)}, ${bitsPerByte.toFixed(3)} bits a byte`,
    );
    printer.result({ loss, perplexity, bitsPerByte });
    return 0;
  } finally {
    bar?.stop();
    model.dispose();
    release();
  }
}
