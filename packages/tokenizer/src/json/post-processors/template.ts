import type { Encoding, Json, PostProcessor } from '../../types.js';

/** A part of a template: one of the sequences, or a special token by its name. */
export type TemplatePiece = { sequence: 0 | 1; typeId: number } | { token: string; typeId: number };

/** What a special token of a template stands for: as many ids as tokens. */
export interface TemplateToken {
  ids: number[];
  tokens: string[];
}

const special = ({ ids, tokens }: TemplateToken, typeId: number): Encoding => ({
  ids: [...ids],
  tokens: [...tokens],
  offsets: ids.map(() => [0, 0]),
  typeIds: ids.map(() => typeId),
  attentionMask: ids.map(() => 1),
  specialTokensMask: ids.map(() => 1),
  wordIds: ids.map(() => null),
  sequenceIds: ids.map(() => null),
  overflowing: [],
});

/** An encoding and its windows with other type ids. */
export function withTypeIds(encoding: Encoding, typeId: number): Encoding {
  return {
    ...encoding,
    typeIds: encoding.ids.map(() => typeId),
    overflowing: encoding.overflowing.map((window) => withTypeIds(window, typeId)),
  };
}

/** Special tokens around one or two sequences, by a template. */
export class TemplateProcessor implements PostProcessor {
  constructor(
    readonly single: readonly TemplatePiece[],
    readonly pair: readonly TemplatePiece[],
    readonly tokens: ReadonlyMap<string, TemplateToken>,
  ) {}

  #template(sequences: number) {
    return sequences > 1 ? this.pair : this.single;
  }

  addedTokens(pair: boolean): number {
    let added = 0;
    for (const piece of this.#template(pair ? 2 : 1))
      if ('token' in piece) added += this.tokens.get(piece.token)!.ids.length;
    return added;
  }

  processIds(sequences: number[][]): number[] {
    const ids: number[] = [];
    for (const piece of this.#template(sequences.length)) {
      const more = 'token' in piece ? this.tokens.get(piece.token)!.ids : (sequences[piece.sequence] ?? []);
      for (const id of more) ids.push(id);
    }
    return ids;
  }

  process(encodings: Encoding[], addSpecialTokens: boolean): Encoding[] {
    return this.#template(encodings.length).flatMap((piece) => {
      if ('token' in piece) return addSpecialTokens ? [special(this.tokens.get(piece.token)!, piece.typeId)] : [];
      const encoding = encodings[piece.sequence];
      return encoding ? [withTypeIds(encoding, piece.typeId)] : [];
    });
  }

  toJSON(): Json {
    const piece = (p: TemplatePiece): Json =>
      'token' in p
        ? { SpecialToken: { id: p.token, type_id: p.typeId } }
        : { Sequence: { id: p.sequence === 0 ? 'A' : 'B', type_id: p.typeId } };
    return {
      type: 'TemplateProcessing',
      single: this.single.map(piece),
      pair: this.pair.map(piece),
      special_tokens: Object.fromEntries(
        [...this.tokens].map(([id, token]) => [id, { id, ids: token.ids, tokens: token.tokens }]),
      ),
    };
  }
}
