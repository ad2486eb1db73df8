import type { AlignedText } from '../../aligned-text.js';
import type { PreTokenizer } from '../../types.js';
import { scripts } from './script-names.js';

const tests = scripts.map((code) => [code, new RegExp(`\\p{Script=${code}}`, 'u')] as const);
const known = new Map<string, string | null>();

/** The script a character counts for; `null` for spaces and unassigned characters, which go with any. */
function scriptOf(c: string): string | null {
  let script = known.get(c);
  if (script === undefined) {
    script = tests.find(([, test]) => test.test(c))?.[0] ?? null;
    // Japanese is one script here, as in SentencePiece
    if (c === 'ー' || script === 'Hira' || script === 'Kana') script = 'Hani';
    if (c === ' ') script = null;
    if (known.size < 100_000) known.set(c, script);
  }
  return script;
}

/** Cuts where the script changes. */
export const unicodeScripts: PreTokenizer = {
  preTokenize(piece: AlignedText): AlignedText[] {
    const pieces: AlignedText[] = [];
    let last: string | null | undefined;
    let start = -1;
    let at = 0;
    for (const c of piece.text) {
      const script = scriptOf(c);
      if (script !== null && script !== last && last !== null) {
        if (start >= 0) pieces.push(piece.slice(start, at));
        start = at;
      }
      if (script !== null) last = script;
      at += c.length;
    }
    if (start >= 0 && start < at) pieces.push(piece.slice(start, at));
    return pieces;
  },
  toJSON: () => ({ type: 'UnicodeScripts' }),
};
