import type { AlignedText } from './aligned-text.js';

/** Any value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The object of a Hugging Face `tokenizer.json`. */
export interface TokenizerJson {
  version?: string;
  truncation?: Json;
  padding?: Json;
  added_tokens?: Json;
  normalizer?: Json;
  pre_tokenizer?: Json;
  model: Json;
  post_processor?: Json;
  decoder?: Json;
}

/** Changes a text before it is cut up; keeps track of where each unit came from. */
export interface Normalizer {
  normalize(text: AlignedText): AlignedText;
  toJSON(): Json;
}

/** Cuts a text into pieces that the model sees one at a time. Empty pieces are dropped by the caller. */
export interface PreTokenizer {
  preTokenize(piece: AlignedText): AlignedText[];
  toJSON(): Json;
}

/** One token of a piece; `start` and `end` count UTF-16 units of the piece. */
export interface ModelToken {
  id: number;
  token: string;
  start: number;
  end: number;
}

/** Turns a piece into tokens. */
export interface Model {
  /** Number of tokens, added ones not counted. */
  readonly vocabSize: number;
  tokenToId(token: string): number | undefined;
  idToToken(id: number): string | undefined;
  /** Every `[token, id]`, in no particular order. */
  vocab(): Iterable<[string, number]>;
  /** Appends the ids of `piece` to `ids`. */
  encodeInto(piece: string, ids: number[]): void;
  /** The same tokens with their strings and places. */
  tokenize(piece: string): ModelToken[];
  toJSON(): Json;
}

/** Puts the model's special tokens around one or two sequences. */
export interface PostProcessor {
  /** How many tokens it adds to one sequence, or to a pair. */
  addedTokens(pair: boolean): number;
  /** The ids of one or two sequences with the special tokens in place. */
  processIds(sequences: number[][]): number[];
  /** The same for full encodings: one or two in, any number out, to be joined in order. */
  process(encodings: Encoding[], addSpecialTokens: boolean): Encoding[];
  toJSON(): Json;
}

/** Turns tokens back into text; the results are joined without a separator. */
export interface Decoder {
  decodeChain(tokens: string[]): string[];
  toJSON(): Json;
}

/** A token matched in the text before the model sees it. */
export interface AddedToken {
  id: number;
  content: string;
  /** Matches only between non-word characters. @default false */
  singleWord: boolean;
  /** Takes the white space before it. @default false */
  lstrip: boolean;
  /** Takes the white space after it. @default false */
  rstrip: boolean;
  /** Matched in the normalized text rather than the raw one. @default !special */
  normalized: boolean;
  /** Hidden by `skipSpecialTokens`, and subject to the policy for special tokens in text. @default false */
  special: boolean;
}

/**
 * What becomes of the spelling of a special token inside a text:
 * `'text'` encodes it as ordinary characters (safe for text of strangers), `'allow'` gives its id,
 * `'forbid'` throws.
 */
export type SpecialTokenPolicy = 'text' | 'allow' | 'forbid';

/** Everything known about an encoded text; all lists have one entry a token. */
export interface Encoding {
  ids: number[];
  tokens: string[];
  /** `[start, end)` in the text that was given, UTF-16 units (or bytes of UTF-8, when asked for). `[0, 0]` for tokens that stand for no text. */
  offsets: [number, number][];
  /** 0 for the first sequence, 1 for the second. */
  typeIds: number[];
  /** 1 for tokens, 0 for padding. */
  attentionMask: number[];
  /** 1 for tokens added around the text. */
  specialTokensMask: number[];
  /** Index of the piece (word) a token belongs to; `null` for tokens that stand for no text. */
  wordIds: (number | null)[];
  /** Which sequence of a pair a token belongs to; `null` for tokens that stand for no text. */
  sequenceIds: (number | null)[];
  /** What truncation cut off, in windows of the same length. */
  overflowing: Encoding[];
}

/** Cuts encodings to a length. */
export interface Truncation {
  maxLength: number;
  /** Tokens repeated between a window and the next. @default 0 */
  stride?: number;
  /** @default 'longest_first' */
  strategy?: 'longest_first' | 'only_first' | 'only_second';
  /** Which end is cut. @default 'right' */
  direction?: 'left' | 'right';
}

/** Fills encodings to a length. */
export interface Padding {
  /** A fixed length, or `'longest'` of the batch. @default 'longest' */
  length?: number | 'longest';
  /** @default 'right' */
  direction?: 'left' | 'right';
  padToMultipleOf?: number;
  /** @default 0 */
  padId?: number;
  /** @default 0 */
  padTypeId?: number;
  /** @default '[PAD]' */
  padToken?: string;
}

/** The parts a tokenizer is made of, in the order in which text flows through them. */
export interface TokenizerParts {
  normalizer?: Normalizer | null;
  addedTokens?: AddedToken[];
  preTokenizer?: PreTokenizer | null;
  model: Model;
  postProcessor?: PostProcessor | null;
  decoder?: Decoder | null;
  truncation?: Truncation | null;
  padding?: Padding | null;
}
