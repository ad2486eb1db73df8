import type { Tokenizer } from '@ashlar/tokenizer';

/**
 * The ids a model continues. An empty prompt starts on a new line, or with token 0 where the vocabulary has no line break.
 *
 * @throws Error of one sentence where the vocabulary lacks a character
 */
export function promptIds(tokenizer: Tokenizer, prompt: string): number[] {
  if (prompt !== '') return tokenizer.encode(prompt, { addSpecialTokens: false });
  try {
    return tokenizer.encode('\n', { addSpecialTokens: false });
  } catch {
    return [0];
  }
}
