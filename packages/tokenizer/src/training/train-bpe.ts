import { alphabetBytes, byteToUnit } from "../core/byte-alphabet.js";
import { scanGpt2 } from "../core/scanners.js";
import { gpt2Tokenizer } from "../presets.js";
import type { Tokenizer } from "../tokenizer.js";
import { learnMerges } from "./learn-merges.js";

export interface TrainBpeOptions {
  /** Tokens to end with, special ones and the 256 bytes counted. */
  vocabSize: number;
  /** Special tokens; they take the first ids. @default [] */
  specialTokens?: string[];
  /** Pairs seen less often are not merged. @default 0 */
  minFrequency?: number;
  /** Called as merges are learned. */
  onProgress?: (progress: { merges: number; total: number }) => void;
}

/** Trains a byte-level BPE with GPT-2's pre-tokenization. */
export function trainBpe(
  text: string | Iterable<string>,
  options: TrainBpeOptions,
): Tokenizer {
  const {
    vocabSize,
    specialTokens = [],
    minFrequency = 0,
    onProgress,
  } = options;
  const counts = new Map<string, number>();
  const utf8 = new TextEncoder();
  for (const part of typeof text === "string" ? [text] : text) {
    const bytes = utf8.encode(part);
    for (let i = 0; i < bytes.length;) {
      const e = scanGpt2(bytes, i, bytes.length);
      const word = String.fromCharCode(...bytes.subarray(i, e));
      counts.set(word, (counts.get(word) ?? 0) + 1);
      i = e;
    }
  }
  const words: Uint8Array[] = [];
  for (const word of counts.keys()) words.push(latinBytes(word));
  const room = vocabSize - 256 - specialTokens.length;
  if (room < 0)
    throw new RangeError(
      `trainBpe: vocabSize (${vocabSize}) must be at least ${256 + specialTokens.length}: 256 bytes and ${specialTokens.length} special tokens`,
    );
  const merges = learnMerges(
    words,
    [...counts.values()],
    room,
    minFrequency,
    onProgress,
  );
  const vocab: Record<string, number> = {};
  let next = 0;
  for (const token of specialTokens) vocab[token] = next++;
  const strings = alphabetBytes.map((b) => String.fromCharCode(byteToUnit[b]!));
  for (const s of strings) vocab[s] = next++;
  const pairs: [string, string][] = [];
  for (const [a, b, id] of merges) {
    const s = strings[a]! + strings[b]!;
    pairs.push([strings[a]!, strings[b]!]);
    strings[id] = s;
    vocab[s] ??= next++;
  }
  return gpt2Tokenizer(vocab, pairs, specialTokens);
}

function latinBytes(s: string): Uint8Array {
  const bytes = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) bytes[i] = s.charCodeAt(i) & 255;
  return bytes;
}
