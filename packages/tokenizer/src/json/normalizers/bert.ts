import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { controls, nonspacingMarks } from '../character-set.js';
import { mapCharacters, transform, type Change } from '../transform.js';
import { lowercased } from './lowercase.js';
import { UnicodeFormNormalizer } from './unicode-form.js';

export interface BertNormalizerOptions {
  /** Drops control characters, makes every white space a space. @default true */
  cleanText?: boolean;
  /** Puts spaces around CJK ideographs. @default true */
  handleChineseChars?: boolean;
  /** Drops non-spacing marks after NFD; `null` means as `lowercase`. @default null */
  stripAccents?: boolean | null;
  /** @default true */
  lowercase?: boolean;
}

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
  private readonly options: Required<BertNormalizerOptions>;
  private readonly nfd = new UnicodeFormNormalizer('NFD');

  constructor({
    cleanText = true,
    handleChineseChars = true,
    stripAccents = null,
    lowercase = true,
  }: BertNormalizerOptions = {}) {
    this.options = { cleanText, handleChineseChars, stripAccents, lowercase };
  }

  normalize(text: AlignedText): AlignedText {
    const { cleanText, handleChineseChars, stripAccents, lowercase } = this.options;
    let out = text;
    if (cleanText) out = mapCharacters(out, (c) => (controls.has(c) ? '' : isWhiteSpace(c) ? ' ' : c));
    if (handleChineseChars) out = spaceIdeographs(out);
    if (stripAccents ?? lowercase)
      out = mapCharacters(this.nfd.normalize(out), (c) => (nonspacingMarks.has(c) ? '' : c));
    return lowercase ? lowercased(out) : out;
  }

  toJSON() {
    const { cleanText, handleChineseChars, stripAccents, lowercase } = this.options;
    return {
      type: 'BertNormalizer',
      clean_text: cleanText,
      handle_chinese_chars: handleChineseChars,
      strip_accents: stripAccents,
      lowercase,
    };
  }
}
