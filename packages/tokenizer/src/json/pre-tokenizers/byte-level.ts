import type { AlignedText } from '../../aligned-text.js';
import { gpt2Pattern } from '../../core/scanner-for.js';
import { PatternFinder } from '../../regex/pattern.js';
import type { PreTokenizer } from '../../types.js';
import type { ByteLevelOptions } from '../byte-level-options.js';
import { toByteAlphabet } from '../byte-level.js';
import { splitText } from '../split.js';
import { prepend } from '../transform.js';

const gpt2 = new PatternFinder(gpt2Pattern);

/** Cuts with GPT-2's pattern and spells the pieces in the byte alphabet. */
export class ByteLevelPreTokenizer implements PreTokenizer {
  constructor(private readonly options: ByteLevelOptions) {}

  preTokenize(piece: AlignedText): AlignedText[] {
    const { add_prefix_space: addSpace, use_regex: cuts } = this.options;
    const text = addSpace && !piece.text.startsWith(' ') ? prepend(piece, ' ') : piece;
    return (cuts ? splitText(text, gpt2, 'Isolated') : [text]).map(toByteAlphabet);
  }

  toJSON() {
    return { type: 'ByteLevel', ...this.options };
  }
}
