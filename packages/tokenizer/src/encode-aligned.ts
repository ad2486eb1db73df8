import type { Segment } from './added-vocabulary.js';
import type { BytePairEncoder } from './core/byte-pair-encoder.js';
import { newEncoding } from './encoding.js';
import { unitsOfBytes } from './offsets.js';
import type { Encoding, TokenizerParts } from './types.js';

/** Encodes one sequence with the place of every token in its source; offsets count UTF-16 units. */
export function encodeAligned(
  segments: readonly Segment[],
  { preTokenizer, model }: TokenizerParts,
  encoder: BytePairEncoder | null,
  sequence: number,
): Encoding {
  const encoding = newEncoding();
  const push = (id: number, token: string, range: [number, number], word: number) => {
    encoding.ids.push(id);
    encoding.tokens.push(token);
    encoding.offsets.push(range);
    encoding.typeIds.push(sequence);
    encoding.attentionMask.push(1);
    encoding.specialTokensMask.push(0);
    encoding.wordIds.push(word);
    encoding.sequenceIds.push(sequence);
  };
  let word = 0;
  for (const { piece, token } of segments) {
    if (token) push(token.id, piece.text, piece.sourceRange(0, piece.text.length), word++);
    else if (encoder) {
      const { starts, ends } = unitsOfBytes(piece.text);
      const { starts: places } = encoder.vocabulary;
      for (const { ids, start } of encoder.pieces(piece.text)) {
        let at = start;
        for (const id of ids) {
          const last = at + places[id + 1]! - places[id]! - 1;
          push(id, model.idToToken(id)!, piece.sourceRange(starts[at]!, ends[last]!), word);
          at = last + 1;
        }
        word++;
      }
    } else
      for (const part of preTokenizer?.preTokenize(piece) ?? [piece]) {
        if (part.text === '') continue;
        for (const { id, token, start, end } of model.tokenize(part.text))
          push(id, token, part.sourceRange(start, end), word);
        word++;
      }
  }
  return encoding;
}
