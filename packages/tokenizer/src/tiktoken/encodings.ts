import { cl100kPattern, gpt2Pattern, o200kPattern } from '../core/scanner-for.js';

/** What a file of ranks does not say. */
export interface TiktokenEncoding {
  /** How a text is cut before merging. */
  pattern: string;
  specialTokens: Record<string, number>;
}

/** OpenAI's encodings by tiktoken's names. */
export const tiktokenEncodings = {
  r50k_base: { pattern: gpt2Pattern, specialTokens: { '<|endoftext|>': 50256 } },
  p50k_base: { pattern: gpt2Pattern, specialTokens: { '<|endoftext|>': 50256 } },
  p50k_edit: {
    pattern: gpt2Pattern,
    specialTokens: {
      '<|endoftext|>': 50256,
      '<|fim_prefix|>': 50281,
      '<|fim_middle|>': 50282,
      '<|fim_suffix|>': 50283,
    },
  },
  cl100k_base: {
    pattern: cl100kPattern,
    specialTokens: {
      '<|endoftext|>': 100257,
      '<|fim_prefix|>': 100258,
      '<|fim_middle|>': 100259,
      '<|fim_suffix|>': 100260,
      '<|endofprompt|>': 100276,
    },
  },
  o200k_base: {
    pattern: o200kPattern,
    specialTokens: { '<|endoftext|>': 199999, '<|endofprompt|>': 200018 },
  },
} satisfies Record<string, TiktokenEncoding>;

/** The names of OpenAI's encodings. */
export type TiktokenName = keyof typeof tiktokenEncodings;
