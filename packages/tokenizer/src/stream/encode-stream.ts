import type { EncodeOptions, PipelineTokenizer } from '../pipeline-tokenizer.js';

/** Text gathered before it is encoded, in UTF-16 units. */
const BLOCK = 1 << 16;

/** A single line's end before a word, where every pattern of a byte-level tokenizer cuts, whatever stands around it. */
const safeCut = /\P{White_Space}\n(?=[\p{L}\p{N}])/u;

/**
 * Encodes text that need not fit into memory; the ids are those of the whole text at once.
 * Memory grows with the longest stretch in which no line that begins with a word follows another.
 *
 * @param tokenizer a byte-level BPE
 * @param options a policy for special tokens; `addSpecialTokens` has no meaning here
 * @yields the ids of a stretch of text
 * @throws `TypeError` for a tokenizer whose ids depend on text further away
 */
export async function* encodeStream(
  tokenizer: PipelineTokenizer,
  chunks: AsyncIterable<string> | Iterable<string>,
  { specialTokens }: Pick<EncodeOptions, 'specialTokens'> = {},
): AsyncGenerator<number[]> {
  if (!tokenizer.cutsAtLines)
    throw new TypeError('encodeStream: the tokenizer must be a byte-level BPE with a pattern and without a normalizer');
  const encode = (text: string) => tokenizer.encode(text, { addSpecialTokens: false, specialTokens });
  let held = '';
  let searched = BLOCK;
  for await (const chunk of chunks) {
    held += chunk;
    if (held.length < searched) continue;
    const cut = lastSafeCut(held);
    if (cut > 0) {
      yield encode(held.slice(0, cut));
      held = held.slice(cut);
    }
    // text without a place to cut is searched again when it has doubled
    searched = Math.max(BLOCK, held.length * 2);
  }
  if (held) yield encode(held);
}

/** Where the last stretch that can stand alone ends, 0 if none does. */
function lastSafeCut(text: string): number {
  for (let end = text.lastIndexOf('\n'); end > 0; end = text.lastIndexOf('\n', end - 1)) {
    // two units on either side hold a character beyond U+FFFF
    const from = Math.max(0, end - 2);
    const match = safeCut.exec(text.slice(from, end + 3));
    if (match && from + match.index + match[0].length === end + 1) return end + 1;
  }
  return 0;
}
