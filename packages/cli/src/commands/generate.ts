import { generateText } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { openBackend, type BackendFlags } from '../backend.js';
import { openModel } from '../inputs.js';
import type { Printer } from '../terminal.js';

export interface GenerateFlags extends BackendFlags {
  model: string;
  prompt: string;
  maxNewTokens: number;
  temperature: number;
  topK?: number;
  topP?: number;
  seed: number;
}

export async function generateCommand(flags: GenerateFlags, printer: Printer): Promise<number> {
  await openBackend(flags);
  const { model, tokenizer, eosTokenId } = await openModel(flags.model);
  const { signal, release } = abortOnInterrupt();
  const { prompt, maxNewTokens, temperature, topK, topP, seed } = flags;
  let text = prompt;
  let tokens = 0;
  const start = performance.now();
  try {
    const events = generateText({
      model,
      tokenizer,
      prompt,
      maxNewTokens,
      temperature,
      seed,
      signal,
      ...(topK !== undefined && { topK }),
      ...(topP !== undefined && { topP }),
      ...(eosTokenId !== undefined && { eosTokenId }),
    });
    for await (const event of events) {
      if (tokens === 0) printer.write(prompt);
      printer.write(event.text);
      text += event.text;
      tokens++;
    }
  } finally {
    model.dispose();
    release();
  }
  const seconds = (performance.now() - start) / 1000;
  printer.say();
  printer.result({ text, tokens, tokensPerSecond: tokens / seconds });
  return signal.aborted ? 130 : 0;
}
