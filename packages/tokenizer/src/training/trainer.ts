import { bytesToAlphabet } from '../core/byte-alphabet.js';
import { scannerFor } from '../core/scanner-for.js';
import { AlignedText } from '../aligned-text.js';
import { addedTokenJson } from '../json/added-tokens.js';
import { partsFromJSON } from '../json/from-json.js';
import type { AddedToken, Json } from '../types.js';
import { Tokenizer } from '../tokenizer.js';
import { ByteWordCounter } from './byte-word-counter.js';

/** How far a training is. */
export interface TrainingProgress {
  /** `count` reads the text, `learn` makes tokens of it. */
  stage: 'count' | 'learn';
  /** Characters read, or tokens there are. */
  done: number;
  /** Tokens asked for; unknown while text is read. */
  total?: number;
}

/** What every trainer takes. */
export interface TrainerOptions {
  /** Tokens to end with, special ones counted. */
  vocabSize: number;
  /** Special tokens; they take the first ids. @default [] */
  specialTokens?: (string | (Partial<AddedToken> & { content: string }))[];
  /** The `normalizer` of a `tokenizer.json`. */
  normalizer?: Json;
  /** The `pre_tokenizer` of a `tokenizer.json`. */
  preTokenizer?: Json;
  /** The `decoder` of a `tokenizer.json`. */
  decoder?: Json;
  /** The `post_processor` of a `tokenizer.json`; may name the special tokens. @default null */
  postProcessor?: Json;
  onProgress?: (progress: TrainingProgress) => void;
}

/** Reads texts one at a time, then makes a tokenizer of what it counted. */
export abstract class Trainer {
  #read = 0;
  readonly #bytes: ByteWordCounter | null;
  readonly #strings = new Map<string, number>();
  readonly #cut: (text: string) => Iterable<string>;

  /** @param pipeline what surrounds the model; absent parts are null */
  protected constructor(
    protected readonly options: TrainerOptions,
    protected readonly pipeline: {
      normalizer: Json;
      preTokenizer: Json;
      decoder: Json;
    },
  ) {
    const { normalizer, preTokenizer } = pipeline;
    const scan = normalizer === null ? scannerFor(preTokenizer) : null;
    this.#bytes = scan ? new ByteWordCounter(scan) : null;
    const parts = partsFromJSON({
      normalizer,
      pre_tokenizer: preTokenizer,
      model: { type: 'WordLevel', vocab: {}, unk_token: '' },
    });
    this.#cut = (text) => {
      const normalized = parts.normalizer?.normalize(new AlignedText(text)) ?? new AlignedText(text);
      return (parts.preTokenizer?.preTokenize(normalized) ?? [normalized]).map((piece) => piece.text);
    };
  }

  /** Counts the pieces of a text; texts are cut independently of one another. */
  add(text: string): void {
    if (this.#bytes) this.#bytes.add(text);
    else for (const piece of this.#cut(text)) if (piece) this.#strings.set(piece, (this.#strings.get(piece) ?? 0) + 1);
    this.#read += text.length;
    this.options.onProgress?.({ stage: 'count', done: this.#read });
  }

  /** Learns the vocabulary from everything that was added. */
  abstract finish(): Tokenizer;

  /** Distinct pieces with their counts, in order of first appearance. */
  protected *words(): Generator<[string, number]> {
    if (this.#bytes) for (const [bytes, count] of this.#bytes.entries()) yield [bytesToAlphabet(bytes), count];
    else yield* this.#strings;
  }

  /** The contents of the special tokens. */
  protected get specials(): string[] {
    return (this.options.specialTokens ?? []).map((token) => (typeof token === 'string' ? token : token.content));
  }

  /** The tokenizer around a model; ids of special tokens come from `idOf`. */
  protected build(model: Json, idOf: (token: string) => number): Tokenizer {
    const { normalizer, preTokenizer, decoder } = this.pipeline;
    return Tokenizer.fromJSON({
      added_tokens: (this.options.specialTokens ?? []).map((token) => {
        const given = typeof token === 'string' ? { content: token } : token;
        return addedTokenJson({ normalized: false, special: true, ...given, id: idOf(given.content) });
      }),
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor: this.options.postProcessor,
      decoder,
      model,
    });
  }
}

/** Feeds a trainer from memory. */
export function feed(trainer: Trainer, texts: string | Iterable<string>): Tokenizer {
  if (typeof texts === 'string') trainer.add(texts);
  else for (const text of texts) trainer.add(text);
  return trainer.finish();
}

/** Feeds a trainer from a stream that need not fit into memory; each item is a text of its own. */
export async function trainFromStream(
  trainer: Trainer,
  texts: AsyncIterable<string> | Iterable<string>,
): Promise<Tokenizer> {
  for await (const text of texts) trainer.add(text);
  return trainer.finish();
}

/**
 * Cuts a stream of text into lines that keep their `\n`, as Hugging Face's trainers read files.
 * Pieces never span two lines, so that memory stays small and the result does not depend on how the stream was cut.
 */
export async function* lines(chunks: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
      yield rest + chunk.slice(from, at + 1);
      rest = '';
      from = at + 1;
    }
    rest += chunk.slice(from);
  }
  if (rest) yield rest;
}
