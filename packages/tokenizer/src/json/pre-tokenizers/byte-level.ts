import type { AlignedText } from '../../aligned-text.js';
import { PatternFinder } from '../../regex/pattern.js';
import type { PreTokenizer } from '../../types.js';
import { toByteAlphabet } from '../byte-level.js';
import { splitText } from '../split.js';
import { prepend } from '../transform.js';

const gpt2 = new PatternFinder("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

/** Cuts with GPT-2's pattern and spells the pieces in the byte alphabet. */
export class ByteLevelPreTokenizer implements PreTokenizer {
  constructor(
    readonly addPrefixSpace = true,
    readonly trimOffsets = true,
    readonly useRegex = true,
  ) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    const text = this.addPrefixSpace && !piece.text.startsWith(' ') ? prepend(piece, ' ') : piece;
    return (this.useRegex ? splitText(text, gpt2, 'Isolated') : [text]).map(toByteAlphabet);
  }

  toJSON() {
    return {
      type: 'ByteLevel',
      add_prefix_space: this.addPrefixSpace,
      trim_offsets: this.trimOffsets,
      use_regex: this.useRegex,
    };
  }
}
