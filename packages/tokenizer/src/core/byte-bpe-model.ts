import type { Json, Model, ModelToken } from '../types.js';
import { alphabetToBytes, bytesToAlphabet } from './byte-alphabet.js';
import { BytePairEncoder } from './byte-pair-encoder.js';
import { ByteVocabulary } from './byte-vocabulary.js';
import { rankSplits } from './rank-splits.js';
import { scanAll, type Scanner } from './scanners.js';

/** Vocabulary and merges of a byte-level BPE as a `tokenizer.json` has them: strings over the byte alphabet. */
export interface ByteBpeData {
  vocab: Map<string, number>;
  /** Best first. */
  merges: [string, string][];
  /** A piece that is a token is not merged. @default false */
  ignoreMerges?: boolean;
}

/** Byte-level BPE as a model of a pipeline: its pieces are strings over the byte alphabet. */
export class ByteBpeModel implements Model {
  private encoder: BytePairEncoder | null = null;
  private ids: Map<string, number> | null = null;

  private constructor(
    /** The bytes of the tokens. */
    readonly vocabulary: ByteVocabulary,
    /** `[left, right, merged]` ids, best first; `null` if ids are ranks, as in tiktoken. */
    private readonly merges: Int32Array | null,
    private readonly ignoreMerges: boolean,
    /** Strings of tokens with characters outside of the alphabet, which are holes in `vocabulary`. */
    readonly others: ReadonlyMap<number, string>,
    readonly vocabSize: number,
  ) {}

  /** @throws where a merge names a token that the vocabulary lacks */
  static fromData({ vocab, merges, ignoreMerges = false }: ByteBpeData): ByteBpeModel {
    const bytes: (Uint8Array | undefined)[] = [];
    const others = new Map<number, string>();
    for (const [token, id] of vocab) {
      const own = alphabetToBytes(token);
      if (own) bytes[id] = own;
      else others.set(id, token);
    }
    const triples = new Int32Array(merges.length * 3);
    const idOf = (token: string, rank: number): number => {
      const id = vocab.get(token);
      if (id !== undefined) return id;
      throw new Error(`model.merges[${rank}]: ${JSON.stringify(token)} is not in model.vocab`);
    };
    for (let rank = 0; rank < merges.length; rank++) {
      const [left, right] = merges[rank]!;
      triples[rank * 3] = idOf(left, rank);
      triples[rank * 3 + 1] = idOf(right, rank);
      triples[rank * 3 + 2] = idOf(left + right, rank);
    }
    const model = new ByteBpeModel(ByteVocabulary.from(bytes), triples, ignoreMerges, others, vocab.size);
    model.ids = vocab;
    return model;
  }

  /** Tokens whose ids are their ranks. */
  static fromRanks(vocabulary: ByteVocabulary): ByteBpeModel {
    let size = 0;
    for (let id = 0; id < vocabulary.length; id++) if (vocabulary.has(id)) size++;
    return new ByteBpeModel(vocabulary, null, true, new Map(), size);
  }

  /** An encoder of whole texts that cuts them with `scan`. */
  encoderFor(scan: Scanner): BytePairEncoder {
    return new BytePairEncoder({
      vocabulary: this.vocabulary,
      scan,
      merges: this.merges ?? undefined,
      wholeTokens: this.ignoreMerges,
    });
  }

  tokenToId(token: string): number | undefined {
    this.ids ??= new Map(this.vocab());
    return this.ids.get(token);
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
    this.encoder ??= this.encoderFor(scanAll);
    if (bytes) for (const id of this.encoder.encodeBytes(bytes)) ids.push(id);
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
    const merges = this.merges ?? rankSplits(this.vocabulary);
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
      ignore_merges: this.ignoreMerges,
      vocab: Object.fromEntries([...this.vocab()].sort((a, b) => a[1] - b[1])),
      merges: pairs,
    };
  }
}
