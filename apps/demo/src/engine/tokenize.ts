import type { Tokenizer } from '@ashlar/tokenizer';
import type { MadeTokenizer } from './tokenizer-of.js';
import type { Tokenized } from './protocol.js';
import { visible } from './visible.js';

const LONGEST_SAMPLE = 400;

/** Cuts a sample with a tokenizer. */
export function tokenize({ tokenizer, bytesPerToken }: MadeTokenizer, sample: string): Tokenized {
  const ids = tokenizer.encode(known(tokenizer, sample.slice(0, LONGEST_SAMPLE)));
  return {
    vocabSize: tokenizer.vocabSize,
    tokens: [...ids].map((id) => ({ id, text: visible(tokenizer.decode([id])) })),
    bytesPerToken,
  };
}

/** A character vocabulary knows only the characters of its text. */
function known(tokenizer: Tokenizer, sample: string): string {
  const parts = [...sample];
  return parts.filter((character) => encodes(tokenizer, character)).join('');
}

function encodes(tokenizer: Tokenizer, character: string): boolean {
  try {
    return tokenizer.encode(character).length > 0;
  } catch {
    return false;
  }
}
