import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { controls, nonspacingMarks } from '../character-set.js';
import { mapCharacters, transform, type Change } from '../transform.js';
import { lowercased } from './lowercase.js';
import { UnicodeFormNormalizer } from './unicode-form.js';

/** The options of BERT's normalizer, as a `tokenizer.json` spells them. */
export type BertNormalizerOptions = {
  /** Drops control characters, makes every white space a space. */
  clean_text: boolean;
  /** Puts spaces around CJK ideographs. */
  handle_chinese_chars: boolean;
  /** Drops non-spacing marks after NFD; `null` means as `lowercase`. */
  strip_accents: boolean | null;
  lowercase: boolean;
};

const isWhiteSpace = (c: string) => /\p{White_Space}/u.test(c);

const ideographs = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
] as const;

function isIdeograph(c: string): boolean {
  const cp = c.codePointAt(0)!;
  return cp >= 0x3400 && ideographs.some(([low, high]) => cp >= low && cp <= high);
}

function spaceIdeographs(text: AlignedText): AlignedText {
  if (!/[\u3400-\u9fff\uf900-\ufaff\ud800-\udfff]/.test(text.text)) return text;
  const changes: Change[] = [];
  for (const c of text.text)
    if (isIdeograph(c)) changes.push([' ', 0], [c, 1], [' ', 1]);
    else changes.push([c, 0]);
  return transform(text, changes);
}

/** What BERT does to a text before cutting it. */
export class BertNormalizer implements Normalizer {
  private readonly nfd = new UnicodeFormNormalizer('NFD');

  constructor(private readonly options: BertNormalizerOptions) {}

  normalize(text: AlignedText): AlignedText {
    const { clean_text: cleans, handle_chinese_chars: spaces, strip_accents: strips, lowercase } = this.options;
    let out = text;
    if (cleans) out = mapCharacters(out, (c) => (controls.has(c) ? '' : isWhiteSpace(c) ? ' ' : c));
    if (spaces) out = spaceIdeographs(out);
    if (strips ?? lowercase) out = mapCharacters(this.nfd.normalize(out), (c) => (nonspacingMarks.has(c) ? '' : c));
    return lowercase ? lowercased(out) : out;
  }

  toJSON() {
    return { type: 'BertNormalizer', ...this.options };
  }
}
