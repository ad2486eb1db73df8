import type { Json, Model, ModelToken } from '../types.js';
import { alphabetToBytes, bytesToAlphabet } from './byte-alphabet.js';
import { BytePairEncoder } from './byte-pair-encoder.js';
import type { ByteVocabulary } from './byte-vocabulary.js';
import type { Merger } from './merger.js';
import { rankSplits } from './rank-splits.js';
import { scanAll, type Scanner } from './scanners.js';

/** What a byte-level BPE is made of. */
export interface ByteBpeParts {
  /** The bytes of the tokens. */
  vocabulary: ByteVocabulary;
  /** `[left, right, merged]` ids, best first, and what merges by them; `null` if ids are ranks, as in tiktoken. */
  merges: { triples: Int32Array; merger: Merger } | null;
  /** A piece that is a token is not merged. */
  ignoreMerges: boolean;
  /** Strings of tokens with characters outside of the alphabet, which are holes in `vocabulary`. */
  others?: ReadonlyMap<number, string>;
}

/** Byte-level BPE as a model of a pipeline: its pieces are strings over the byte alphabet. */
export class ByteBpeModel implements Model {
  #encoder: BytePairEncoder | null = null;
  #ids: Map<string, number> | null = null;

  readonly vocabulary: ByteVocabulary;
  readonly others: ReadonlyMap<number, string>;
  readonly vocabSize: number;

  constructor(private readonly parts: ByteBpeParts) {
    const { vocabulary, others = new Map<number, string>() } = parts;
    this.vocabulary = vocabulary;
    this.others = others;
    let size = others.size;
    const { starts, length } = vocabulary;
    for (let id = 0; id < length; id++) if (starts[id]! < starts[id + 1]!) size++;
    this.vocabSize = size;
  }

  /** An encoder of whole texts that cuts them with `scan`. */
  encoderFor(scan: Scanner): BytePairEncoder {
    return new BytePairEncoder({
      vocabulary: this.vocabulary,
      scan,
      merger: this.parts.merges?.merger ?? null,
      wholeTokens: this.parts.ignoreMerges,
    });
  }

  tokenToId(token: string): number | undefined {
    this.#ids ??= new Map(this.vocab());
    return this.#ids.get(token);
  }

  idToToken(id: number): string | undefined {
    const { bytes } = this.vocabulary.buffer;
    if (!this.vocabulary.has(id)) return this.others.get(id);
    return bytesToAlphabet(bytes, this.vocabulary.starts[id], this.vocabulary.starts[id + 1]);
  }

  *vocab(): Generator<[string, number]> {
    for (let id = 0; id < this.vocabulary.length; id++) if (this.vocabulary.has(id)) yield [this.idToToken(id)!, id];
    for (const [id, token] of this.others) yield [token, id];
  }

  encodeInto(piece: string, ids: number[]): void {
    const bytes = alphabetToBytes(piece);
    this.#encoder ??= this.encoderFor(scanAll);
    if (bytes) for (const id of this.#encoder.encodeBytes(bytes)) ids.push(id);
  }

  tokenize(piece: string): ModelToken[] {
    const ids: number[] = [];
    this.encodeInto(piece, ids);
    let start = 0;
    return ids.map((id) => {
      const token = this.idToToken(id)!;
      const end = start + token.length;
      const result = { id, token, start, end };
      start = end;
      return result;
    });
  }

  toJSON(): Json {
    const merges = this.parts.merges?.triples ?? rankSplits(this.vocabulary);
    const pairs: [string, string][] = [];
    for (let i = 0; i < merges.length; i += 3)
      pairs.push([this.idToToken(merges[i]!)!, this.idToToken(merges[i + 1]!)!]);
    return {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: this.parts.ignoreMerges,
      vocab: Object.fromEntries([...this.vocab()].sort((a, b) => a[1] - b[1])),
      merges: pairs,
    };
  }
}
