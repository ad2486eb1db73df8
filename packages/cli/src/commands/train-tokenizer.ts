import { nodeStore } from '@ashlar/checkpoint/node';
import { trainTokenizer, type TokenizerConfig } from '@ashlar/recipe';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { thousands } from '../format.js';
import { readText } from '../inputs.js';
import { progressBar } from '../progress-bar.js';
import type { Printer } from '../terminal.js';

export interface TrainTokenizerFlags {
  text: string;
  kind: TokenizerConfig['kind'];
  vocabSize: number;
  out: string;
  overwrite?: boolean;
}

export async function trainTokenizerCommand(flags: TrainTokenizerFlags, printer: Printer): Promise<number> {
  const text = await readText(flags.text);
  const file = join(flags.out, 'tokenizer.json');
  if (existsSync(file) && !flags.overwrite) throw new Error(`${file} exists already: --overwrite replaces it`);
  if (flags.kind === 'bpe' && flags.vocabSize < 256)
    throw new Error(`--vocab-size must be 256 or more, found ${flags.vocabSize}: every byte is a token`);
  const bar = progressBar(printer, 'tokens');
  const config = { kind: flags.kind, vocabSize: flags.kind === 'bpe' ? flags.vocabSize : null };
  try {
    for await (const event of trainTokenizer({ text, config, store: nodeStore(flags.out), onTokens: bar.update })) {
      if (event.type !== 'tokenizer') continue;
      bar.stop();
      const tokens = event.tokenizer.encode(text, { addSpecialTokens: false }).length;
      const bytesPerToken = new TextEncoder().encode(text).length / tokens;
      printer.say(`${thousands(event.vocabSize)} tokens in the vocabulary`);
      printer.say(`the text becomes ${thousands(tokens)} tokens of ${bytesPerToken.toFixed(2)} bytes on average`);
      printer.say(`tokenizer  ${file}`);
      printer.result({ vocabSize: event.vocabSize, tokens, bytesPerToken });
    }
    return 0;
  } finally {
    bar.stop();
  }
}
