import { generate, type SamplingOptions } from '@ashlar/generation';
import type { LanguageModel } from '@ashlar/nn';
import type { Tokenizer } from '@ashlar/tokenizer';
import { promptIds } from './encode-text.js';

export interface GenerateTextOptions extends SamplingOptions {
  model: LanguageModel;
  tokenizer: Tokenizer;
  /** An empty one starts on a new line. @default '' */
  prompt?: string;
  /** @default 200 */
  maxNewTokens?: number;
  /** Generation ends after one of these. @default none */
  eosTokenId?: number | readonly number[];
  /** Ends generation between two tokens. */
  signal?: AbortSignal;
}

/** One more token. */
export interface TokenEvent {
  type: 'token';
  id: number;
  /** What it adds to the text; empty while a character is unfinished. */
  text: string;
  /** Natural logarithm of its probability. */
  logProb: number;
}

/** Continues a prompt, token by token. What the events' texts join to is the new text, without the prompt. */
export async function* generateText({
  model,
  tokenizer,
  prompt = '',
  maxNewTokens = 200,
  ...options
}: GenerateTextOptions): AsyncGenerator<TokenEvent> {
  const ids = promptIds(tokenizer, prompt);
  const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
  let held: TokenEvent | undefined;
  for await (const { id, logProb } of generate(model, ids, { maxNewTokens, ...options })) {
    if (held) yield held;
    held = { type: 'token', id, text: stream.push(id), logProb };
  }
  // whatever is unfinished when the last token is there
  if (held) yield { ...held, text: held.text + stream.end() };
}

/** The whole continuation at once. */
export async function completeText(options: GenerateTextOptions): Promise<string> {
  let text = '';
  for await (const event of generateText(options)) text += event.text;
  return text;
}
