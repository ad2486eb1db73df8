import type { Tokenizer } from '@ashlar/tokenizer';

/**
 * The ids of a text, nothing added.
 *
 * @throws RangeError of one sentence that names the first character that the tokenizer has no token for
 */
export function encodeText(tokenizer: Tokenizer, text: string): number[] {
  try {
    return tokenizer.encode(text, { addSpecialTokens: false });
  } catch (error) {
    const unknown = [...new Set(text)].find((character) => !canEncode(tokenizer, character));
    if (unknown === undefined) throw error;
    const code = unknown.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    throw new RangeError(
      `the model's tokenizer has no token for ${JSON.stringify(unknown)} (U+${code}), which its text did not have: ` +
        `leave the character out, or train with a tokenizer of bytes or byte pairs, which know every character`,
      { cause: error },
    );
  }
}

/**
 * The ids a model continues. An empty prompt starts on a new line, or with token 0 where the vocabulary has no line break.
 *
 * @throws RangeError of one sentence where the vocabulary lacks a character
 */
export function promptIds(tokenizer: Tokenizer, prompt: string): number[] {
  if (prompt !== '') return encodeText(tokenizer, prompt);
  return canEncode(tokenizer, '\n') ? tokenizer.encode('\n', { addSpecialTokens: false }) : [0];
}

function canEncode(tokenizer: Tokenizer, text: string): boolean {
  try {
    tokenizer.encode(text, { addSpecialTokens: false });
    return true;
  } catch {
    return false;
  }
}
