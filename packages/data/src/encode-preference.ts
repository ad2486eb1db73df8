import { encodeTurns, type EncodedTurns, type EncodingOptions } from './encode-turns.js';
import { checkSizes } from './evaluation-batches.js';
import { originOf } from './row-origin.js';
import type { Preference } from './rows.js';

export interface PreferenceOptions extends EncodingOptions {
  /** A pair of which one side has more tokens is left out: cut off, it would no longer end as it was judged. */
  maxLength: number;
}

/** A pair to learn from; both sides begin with the prompt. */
export interface PreferenceExample {
  /** Tokens of the prompt; without one, what both sides begin with. */
  promptLength: number;
  chosen: Int32Array;
  rejected: Int32Array;
  margin: number;
}

/**
 * A preference as ids. As in `encodeSupervised`, EOS ends both sides of a text, and the template both sides of a chat.
 *
 * @returns null where a side has more than `maxLength` tokens, or both have the same
 * @throws Error of one sentence, with file and line where the row has them
 */
export function encodePreference(row: Preference, options: PreferenceOptions): PreferenceExample | null {
  checkSizes({ maxLength: options.maxLength });
  const side = (completion: Preference['chosen']): EncodedTurns => {
    try {
      return encodeTurns(row.prompt ?? null, completion, options);
    } catch (error) {
      const where = originOf(row);
      if (where === null) throw error;
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    }
  };
  const [chosen, rejected] = [side(row.chosen), side(row.rejected)];
  if (Math.max(chosen.ids.length, rejected.ids.length) > options.maxLength) return null;
  const difference = chosen.ids.findIndex((id, i) => id !== rejected.ids[i]);
  if (difference < 0 && chosen.ids.length === rejected.ids.length) return null;
  return {
    promptLength: row.prompt === undefined ? (difference < 0 ? chosen.ids.length : difference) : chosen.promptLength,
    chosen: Int32Array.from(chosen.ids),
    rejected: Int32Array.from(rejected.ids),
    margin: row.margin ?? 0,
  };
}
