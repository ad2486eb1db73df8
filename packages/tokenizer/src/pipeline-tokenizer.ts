import { AddedVocabulary, type Segment } from './added-vocabulary.js';
import { AlignedText } from './aligned-text.js';
import { ByteBpeModel } from './core/byte-bpe-model.js';
import { ByteDecoder, unknownId } from './core/byte-decoder.js';
import type { BytePairEncoder } from './core/byte-pair-encoder.js';
import { scanAll, type Scanner } from './core/scanners.js';
import { mergeEncodings, padEncodings, truncateEncodings } from './encoding.js';
import { encodeAligned } from './encode-aligned.js';
import { convertOffsets, type OffsetUnit } from './offsets.js';
import { byteDecodeStream, windowDecodeStream, type DecodeStream } from './stream/decode-stream.js';
import type { Encoding, Padding, SpecialTokenPolicy, TokenizerParts, Truncation } from './types.js';

export interface EncodeOptions {
  /** A second text, for models that take pairs. */
  pair?: string;
  /** Adds what the post-processor adds: `[CLS]`, `<s>`. @default true */
  addSpecialTokens?: boolean;
  /** What the spelling of a special token in the text becomes. @default 'text' */
  specialTokens?: SpecialTokenPolicy;
  /** Cuts to a length; `null` leaves a cut that the tokenizer came with. @default the tokenizer's own */
  truncation?: Truncation | null;
  /** Fills to a length; `null` leaves a filling that the tokenizer came with. @default the tokenizer's own */
  padding?: Padding | null;
}

export interface EncodingOptions extends EncodeOptions {
  /** What offsets count. @default 'utf16' */
  offsetUnit?: OffsetUnit;
}

export interface DecodeOptions {
  /** Leaves special tokens out. @default false */
  skipSpecialTokens?: boolean;
}

const nothing: ReadonlySet<number> = new Set();

/** Text to token ids and back, by the parts it is given. */
export class PipelineTokenizer {
  readonly #added: AddedVocabulary;
  readonly #addedById = new Map<number, string>();
  readonly #addedByContent = new Map<string, number>();
  readonly #specialIds = new Set<number>();
  /** Whether only special tokens are matched in texts. */
  readonly #addedAreSpecial: boolean;
  /** Does normalized text to ids at once where the parts are those of a byte-level BPE. */
  private readonly encoder: BytePairEncoder | null;
  readonly #decodesBytes: boolean;
  #bytes: ByteDecoder | null = null;

  /** @param scan does what the pre-tokenizer does, on bytes; used where the model is a byte-level BPE */
  constructor(
    protected readonly parts: TokenizerParts,
    scan: Scanner | null = null,
  ) {
    const { addedTokens = [], model, decoder } = parts;
    this.#added = new AddedVocabulary(addedTokens);
    for (const { id, content, special, normalized } of addedTokens) {
      // as in the reference, a token that is matched in normalized text is given back normalized
      const given = normalized ? parts.normalizer?.normalize(new AlignedText(content)).text : undefined;
      this.#addedById.set(id, given ?? content);
      this.#addedByContent.set(content, id);
      if (special) this.#specialIds.add(id);
    }
    this.#addedAreSpecial = addedTokens.every((token) => token.special);
    this.encoder = model instanceof ByteBpeModel && scan ? model.encoderFor(scan) : null;
    this.#decodesBytes = (decoder?.toJSON() as { type?: string } | null | undefined)?.type === 'ByteLevel';
  }

  /** Number of tokens, added ones counted. */
  get vocabSize(): number {
    let size = this.parts.model.vocabSize;
    for (const content of this.#addedByContent.keys()) if (this.parts.model.tokenToId(content) === undefined) size++;
    return size;
  }

  /** Whether a line's end between two words is always a cut: true of a byte-level BPE with a pattern. */
  get cutsAtLines(): boolean {
    return this.encoder !== null && this.encoder.scan !== scanAll && !this.parts.normalizer;
  }

  /** Every special token with its id. */
  get specialTokens(): ReadonlyMap<string, number> {
    return new Map([...this.#addedByContent].filter(([, id]) => this.#specialIds.has(id)));
  }

  /** The id of a token's string; `undefined` where there is none. */
  tokenToId(token: string): number | undefined {
    return this.#addedByContent.get(token) ?? this.parts.model.tokenToId(token);
  }

  /** The string of a token as the vocabulary spells it; `undefined` where there is none. */
  idToToken(id: number): string | undefined {
    return this.#addedById.get(id) ?? this.parts.model.idToToken(id);
  }

  /** The ids of a text. */
  encode(text: string, options: EncodeOptions = {}): number[] {
    const { postProcessor } = this.parts;
    const { pair, addSpecialTokens = true } = options;
    if (this.#shapes(options)) return this.encoding(text, options).ids;
    const sequences = (pair === undefined ? [text] : [text, pair]).map((part) =>
      this.#idsOf(part, options.specialTokens ?? 'text'),
    );
    if (addSpecialTokens && postProcessor) return postProcessor.processIds(sequences);
    return sequences.length === 1 ? sequences[0]! : sequences.flat();
  }

  /** A text with tokens, offsets, masks and what truncation cut off. */
  encoding(text: string, options: EncodingOptions = {}): Encoding {
    return this.encodeBatch([options.pair === undefined ? text : [text, options.pair]], options)[0]!;
  }

  /** Texts, or pairs of texts, padded together. */
  encodeBatch(texts: readonly (string | readonly [string, string])[], options: EncodingOptions = {}): Encoding[] {
    const { truncation = this.parts.truncation, padding = this.parts.padding } = options;
    const encodings = texts.map((one) => this.#encodeOne(typeof one === 'string' ? [one] : one, options, truncation));
    return padding ? padEncodings(encodings, padding) : encodings;
  }

  /** Number of ids of a text, without making them where that can be avoided. */
  countTokens(text: string, options: EncodeOptions = {}): number {
    return this.#count(text, Infinity, options);
  }

  /** Whether a text has at most `limit` ids; stops counting soon after it has more. */
  isWithinLimit(text: string, limit: number, options: EncodeOptions = {}): boolean {
    return this.#count(text, limit, options) <= limit;
  }

  /**
   * The text of ids.
   *
   * @throws `RangeError` for an id that no token has
   */
  decode(ids: Iterable<number> | ArrayLike<number>, { skipSpecialTokens = false }: DecodeOptions = {}): string {
    const list = 'length' in ids ? ids : Array.from(ids);
    const skip = skipSpecialTokens ? this.#specialIds : nothing;
    const decoder = this.#byteDecoder();
    if (decoder) return decoder.decode(list, skip.size > 0 ? skip : undefined);
    const tokens: string[] = [];
    for (let i = 0; i < list.length; i++) {
      const id = list[i]!;
      const token = this.idToToken(id);
      if (token === undefined) throw unknownId(id);
      if (!skip.has(id)) tokens.push(token);
    }
    return this.parts.decoder ? this.parts.decoder.decodeChain(tokens).join('') : tokens.join(' ');
  }

  /** A decoder fed id by id, for text as it is generated. */
  decodeStream(options: DecodeOptions = {}): DecodeStream {
    const decoder = this.#byteDecoder();
    if (!decoder) return windowDecodeStream((ids) => this.decode(ids, options));
    const skip = options.skipSpecialTokens ? this.#specialIds : undefined;
    return byteDecodeStream((id) => decoder.bytes([id], skip));
  }

  #byteDecoder(): ByteDecoder | null {
    const { model } = this.parts;
    if (!this.#decodesBytes || !(model instanceof ByteBpeModel)) return null;
    return (this.#bytes ??= new ByteDecoder(model.vocabulary, new Map([...model.others, ...this.#addedById])));
  }

  /** Whether truncation or padding changes the ids. */
  #shapes({ truncation = this.parts.truncation, padding = this.parts.padding }: EncodeOptions): boolean {
    return Boolean(truncation || padding);
  }

  #segments(text: string, policy: SpecialTokenPolicy): Segment[] {
    return this.#added.split(new AlignedText(text), this.parts.normalizer ?? null, policy);
  }

  /** Whether a text can go to the encoder as it is. */
  #isPlain(policy: SpecialTokenPolicy): boolean {
    return (policy === 'text' || this.#specialIds.size === 0) && this.#addedAreSpecial && !this.parts.normalizer;
  }

  #idsOf(text: string, policy: SpecialTokenPolicy): number[] {
    const { encoder } = this;
    const { preTokenizer, model } = this.parts;
    if (encoder && this.#isPlain(policy)) return encoder.encode(text);
    const ids: number[] = [];
    for (const { piece, token } of this.#segments(text, policy)) {
      if (token) ids.push(token.id);
      else if (encoder) for (const id of encoder.encode(piece.text)) ids.push(id);
      else
        for (const part of preTokenizer?.preTokenize(piece) ?? [piece])
          if (part.text !== '') model.encodeInto(part.text, ids);
    }
    return ids;
  }

  #count(text: string, limit: number, options: EncodeOptions): number {
    const { encoder } = this;
    const { postProcessor } = this.parts;
    const { pair, addSpecialTokens = true, specialTokens = 'text' } = options;
    if (!encoder || this.#shapes(options)) return this.encode(text, options).length;
    let n = addSpecialTokens && postProcessor ? postProcessor.addedTokens(pair !== undefined) : 0;
    for (const part of pair === undefined ? [text] : [text, pair]) {
      if (this.#isPlain(specialTokens)) n += encoder.count(part, limit - n);
      else
        for (const { piece, token } of this.#segments(part, specialTokens)) {
          n += token ? 1 : encoder.count(piece.text, limit - n);
          if (n > limit) break;
        }
    }
    return n;
  }

  #encodeOne(
    texts: readonly string[],
    { addSpecialTokens = true, specialTokens = 'text', offsetUnit = 'utf16' }: EncodingOptions,
    truncation: Truncation | null | undefined,
  ): Encoding {
    const { postProcessor } = this.parts;
    let encodings = texts.map((text, index) => {
      const encoding = encodeAligned(this.#segments(text, specialTokens), this.parts, this.encoder, index);
      convertOffsets(encoding, text, offsetUnit);
      return encoding;
    });
    const added = addSpecialTokens && postProcessor ? postProcessor.addedTokens(texts.length > 1) : 0;
    if (truncation) encodings = truncateEncodings(encodings, truncation.maxLength - added, truncation);
    return mergeEncodings(postProcessor ? postProcessor.process(encodings, addSpecialTokens) : encodings);
  }
}
