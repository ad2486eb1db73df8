import { byteTokenizer, characterTokenizer, trainBpe, type Tokenizer } from '@ashlar/tokenizer';
import type { Command, Tokenized } from './protocol.js';

const LONGEST_SAMPLE = 400;

/** Makes the tokenizer of a text and cuts a sample with it. */
export function tokenize({ text, sample, tokenizer: config }: Extract<Command, { type: 'tokenize' }>): Tokenized {
  const tokenizer = make(text, config);
  const ids = tokenizer.encode(known(tokenizer, sample.slice(0, LONGEST_SAMPLE)));
  return {
    vocabSize: tokenizer.vocabSize,
    tokens: [...ids].map((id) => ({ id, text: visible(tokenizer.decode([id])) })),
    bytesPerToken: new TextEncoder().encode(text).length / tokenizer.encode(text).length,
  };
}

function make(text: string, { kind, vocabSize }: Extract<Command, { type: 'tokenize' }>['tokenizer']): Tokenizer {
  if (kind === 'characters') return characterTokenizer(text);
  return kind === 'bytes' ? byteTokenizer() : trainBpe(text, { vocabSize: vocabSize! });
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

const visible = (text: string) => text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥');
