import type { Encoding, Json, PostProcessor } from '../../types.js';
import { TemplateProcessor, withTypeIds, type TemplatePiece } from './template.js';
import { trimOffsets } from './trim-offsets.js';

/** A token and its id, as these processors write it. */
export type TokenAndId = readonly [token: string, id: number];

const template = (cls: TokenAndId, sep: TokenAndId, single: string, pair: string, secondType: number) => {
  const pieces = (text: string) =>
    [...text].map((c, i): TemplatePiece => {
      const typeId = i > text.indexOf('s') && text.indexOf('B') >= 0 ? secondType : 0;
      if (c === 'A' || c === 'B') return { sequence: c === 'A' ? 0 : 1, typeId };
      return { token: c, typeId };
    });
  const tokens = new Map([
    ['c', { ids: [cls[1]], tokens: [cls[0]] }],
    ['s', { ids: [sep[1]], tokens: [sep[0]] }],
  ]);
  return new TemplateProcessor(pieces(single), pieces(pair), tokens);
};

/** BERT's `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`. */
export class BertProcessor implements PostProcessor {
  readonly #template: TemplateProcessor;

  constructor(
    readonly sep: TokenAndId,
    readonly cls: TokenAndId,
  ) {
    this.#template = template(cls, sep, 'cAs', 'cAsBs', 1);
  }

  addedTokens(pair: boolean): number {
    return pair ? 3 : 2;
  }

  processIds(sequences: number[][]): number[] {
    return this.#template.processIds(sequences);
  }

  process(encodings: Encoding[], addSpecialTokens: boolean): Encoding[] {
    return addSpecialTokens ? this.#template.process(encodings, true) : encodings;
  }

  toJSON(): Json {
    return { type: 'BertProcessing', sep: [...this.sep], cls: [...this.cls] };
  }
}

/** RoBERTa's `<s> A </s>` and `<s> A </s></s> B </s>`, all of type 0. */
export class RobertaProcessor implements PostProcessor {
  readonly #template: TemplateProcessor;

  constructor(
    readonly sep: TokenAndId,
    readonly cls: TokenAndId,
    readonly trimsOffsets = true,
    readonly addPrefixSpace = true,
  ) {
    this.#template = template(cls, sep, 'cAs', 'cAssBs', 0);
  }

  addedTokens(pair: boolean): number {
    return pair ? 4 : 2;
  }

  processIds(sequences: number[][]): number[] {
    return this.#template.processIds(sequences);
  }

  process(encodings: Encoding[], addSpecialTokens: boolean): Encoding[] {
    const trimmed = this.trimsOffsets ? encodings.map((e) => trimOffsets(e, this.addPrefixSpace)) : encodings;
    const typed = trimmed.map((e) => withTypeIds(e, 0));
    return addSpecialTokens ? this.#template.process(typed, true) : typed;
  }

  toJSON(): Json {
    return {
      type: 'RobertaProcessing',
      sep: [...this.sep],
      cls: [...this.cls],
      trim_offsets: this.trimsOffsets,
      add_prefix_space: this.addPrefixSpace,
    };
  }
}
