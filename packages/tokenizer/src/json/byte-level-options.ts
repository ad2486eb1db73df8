import type { JsonReader } from './reader.js';

/** The options that every ByteLevel of a `tokenizer.json` carries, whichever of them it heeds. */
export type ByteLevelOptions = {
  /** Puts a space before a text that does not begin with one. */
  add_prefix_space: boolean;
  /** Leaves spaces out of the offsets. */
  trim_offsets: boolean;
  /** Cuts with GPT-2's pattern. */
  use_regex: boolean;
};

/** @param fallback stands for `add_prefix_space` and `trim_offsets` where they may be missing */
export function readByteLevel(r: JsonReader, fallback?: boolean): ByteLevelOptions {
  return {
    add_prefix_space: r.flag('add_prefix_space', fallback),
    trim_offsets: r.flag('trim_offsets', fallback),
    use_regex: r.flag('use_regex', true),
  };
}
