import { AddedVocabulary } from './added-vocabulary.js';
import { AlignedText } from './aligned-text.js';
import { ByteBpeModel } from './core/byte-bpe-model.js';
import type { BytePairEncoder } from './core/byte-pair-encoder.js';
import { scannerFor } from './core/scanner-for.js';
import { partsFromJSON } from './json/from-json.js';
import { partsToJSON } from './json/to-json.js';
import type { SpecialTokenPolicy, TokenizerJson, TokenizerParts } from './types.js';

export interface EncodeOptions {
  /** Adds what the post-processor adds: `[CLS]`, `<s>`. @default true */
  addSpecialTokens?: boolean;
  /** What the spelling of a special token in the text becomes. @default 'text' */
  specialTokens?: SpecialTokenPolicy;
}

export interface DecodeOptions {
  /** Leaves special tokens out. @default false */
  skipSpecialTokens?: boolean;
}

/** Text to token ids and back. */
export class Tokenizer {
  private readonly added: AddedVocabulary;
  private readonly addedById = new Map<number, string>();
  private readonly addedByContent = new Map<string, number>();
  private readonly special = new Set<number>();
  private readonly fast: BytePairEncoder | null;

  constructor(private readonly parts: TokenizerParts) {
    const tokens = parts.addedTokens ?? [];
    this.added = new AddedVocabulary(tokens);
    for (const token of tokens) {
      this.addedById.set(token.id, token.content);
      this.addedByContent.set(token.content, token.id);
      if (token.special) this.special.add(token.id);
    }
    const scan = scannerFor(parts.preTokenizer?.toJSON() ?? null);
    this.fast = parts.model instanceof ByteBpeModel && scan ? parts.model.encoderFor(scan) : null;
  }

  /** From the object of a Hugging Face `tokenizer.json`. */
  static fromJSON(json: unknown): Tokenizer {
    return new Tokenizer(partsFromJSON(json));
  }

  /** The object of a `tokenizer.json` that Hugging Face's `tokenizers` opens. */
  toJSON(): TokenizerJson {
    return partsToJSON(this.parts);
  }

  /** Number of tokens, added ones counted. */
  get vocabSize(): number {
    let size = this.parts.model.vocabSize;
    for (const content of this.addedByContent.keys()) if (this.parts.model.tokenToId(content) === undefined) size++;
    return size;
  }

  /** The id of a token's string; `undefined` when there is none. */
  tokenToId(token: string): number | undefined {
    return this.addedByContent.get(token) ?? this.parts.model.tokenToId(token);
  }

  /** The string of a token as the vocabulary spells it; `undefined` when there is none. */
  idToToken(id: number): string | undefined {
    return this.addedById.get(id) ?? this.parts.model.idToToken(id);
  }

  /** The ids of a text. */
  encode(text: string, { addSpecialTokens = true, specialTokens = 'text' }: EncodeOptions = {}): number[] {
    const ids: number[] = [];
    const { normalizer = null, preTokenizer, model, postProcessor } = this.parts;
    for (const { piece, token } of this.added.split(new AlignedText(text), normalizer, specialTokens)) {
      if (token) ids.push(token.id);
      else if (this.fast) {
        const n = this.fast.encode(piece.text);
        for (let i = 0; i < n; i++) ids.push(this.fast.out[i]!);
      } else
        for (const part of preTokenizer?.preTokenize(piece) ?? [piece]) if (part.text) model.encodeInto(part.text, ids);
    }
    return addSpecialTokens && postProcessor ? postProcessor.processIds([ids]) : ids;
  }

  /** The text of ids. */
  decode(ids: Iterable<number>, { skipSpecialTokens = false }: DecodeOptions = {}): string {
    const tokens: string[] = [];
    for (const id of ids) {
      if (skipSpecialTokens && this.special.has(id)) continue;
      const token = this.idToToken(id);
      if (token === undefined) throw new RangeError(`decode: id ${id} is not in the vocabulary`);
      tokens.push(token);
    }
    return this.parts.decoder ? this.parts.decoder.decodeChain(tokens).join('') : tokens.join(' ');
  }

  /** A decoder fed id by id, for text as it is generated. */
  decodeStream(options: DecodeOptions = {}): TokenStream {
    return new TokenStream(this, options);
  }
}

/** Turns ids into text as they come, and never splits a character. */
export class TokenStream {
  private ids: number[] = [];
  private given = '';

  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly options: DecodeOptions,
  ) {}

  /** The text that `id` completes; empty while a character is unfinished. */
  push(id: number): string {
    this.ids.push(id);
    const text = this.tokenizer.decode(this.ids, this.options);
    if (text.endsWith('\ufffd')) return '';
    const fresh = text.slice(this.given.length);
    this.given = text;
    return fresh;
  }

  /** What is left when no more ids come. */
  end(): string {
    const text = this.tokenizer.decode(this.ids, this.options);
    return text.slice(this.given.length);
  }
}
