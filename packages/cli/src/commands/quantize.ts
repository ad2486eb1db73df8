import { memoryStore } from '@ashlar/checkpoint';
import { nodeStore } from '@ashlar/checkpoint/node';
import { evaluateModel, quantize, type SchemeName, type StoredModel } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { openBackend, type BackendFlags } from '../backend.js';
import { openTrainable } from '../chat-models.js';
import { table, thousands } from '../format.js';
import { readText } from '../inputs.js';
import { checkFreeForModel } from '../output-folder.js';
import { progressBar } from '../progress-bar.js';
import type { Printer } from '../terminal.js';

export interface QuantizeFlags extends BackendFlags {
  model: string;
  scheme: SchemeName;
  text: string;
  out: string;
  overwrite?: boolean;
}

/** @returns the exit code: 130 when it was interrupted, with nothing written */
export async function quantizeCommand(flags: QuantizeFlags, printer: Printer): Promise<number> {
  const { scheme, out } = flags;
  checkFreeForModel(out, flags.overwrite);
  const text = await readText(flags.text);
  await openBackend(flags);
  const { model, tokenizer, chat } = await openTrainable(flags.model);
  using _ = model;
  const { signal, release } = abortOnInterrupt();
  const bar = progressBar(printer, 'batches');
  // written only when all is measured
  const store = memoryStore();
  const stored: StoredModel[] = [];
  const measure = async (measured: typeof model) => {
    const result = await evaluateModel({ model: measured, tokenizer, text, signal, onProgress: bar.update });
    return result?.loss ?? NaN;
  };
  try {
    for await (const event of quantize({ model, tokenizer, chat, schemes: [scheme], measure, store, signal }))
      stored.push(event.stored);
  } finally {
    bar.stop();
    release();
  }
  if (signal.aborted) return 130;
  const target = nodeStore(out);
  for (const path of await store.list(scheme))
    await target.write(path.slice(`${scheme}/`.length), (await store.read(path))!);
  const [before, after] = stored as [StoredModel, StoredModel];
  const rows = stored.map((one) => [
    one.scheme,
    thousands(one.bytes),
    (one.bytes / before.bytes).toFixed(2),
    one.loss!.toFixed(4),
  ]);
  table([['stored as', 'bytes', 'of float32', 'loss'], ...rows], [1, 2, 3]).forEach((line) => printer.say(line));
  printer.say(`model  ${out}`);
  const [bytesBefore, bytesAfter, lossBefore, lossAfter] = [before.bytes, after.bytes, before.loss, after.loss];
  printer.result({ bytesBefore, bytesAfter, lossBefore, lossAfter });
  return 0;
}
