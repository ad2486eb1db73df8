import type { Json, Model, ModelToken } from '../types.js';
import { alphabetToBytes } from './byte-alphabet.js';
import { BytePairEncoder } from './byte-pair-encoder.js';
import { ByteVocabulary } from './byte-vocabulary.js';
import { scanAll, type Scanner } from './scanners.js';

/** Vocabulary and merges of a byte-level BPE, token strings over the byte alphabet. */
export interface ByteBpeData {
  vocab: Map<string, number>;
  /** Best first. */
  merges: [string, string][];
  /** A piece that is a token is not merged. @default false */
  ignoreMerges?: boolean;
}

/** Byte-level BPE as a model of a pipeline: its pieces are strings over the byte alphabet. */
export class ByteBpeModel implements Model {
  /** The bytes of the tokens; tokens with characters outside of the alphabet are holes. */
  readonly vocabulary: ByteVocabulary;
  private readonly tokens: (string | undefined)[] = [];
  private readonly triples: Int32Array;
  private readonly encoder: BytePairEncoder;

  constructor(private readonly data: ByteBpeData) {
    const bytes: (Uint8Array | undefined)[] = [];
    for (const [token, id] of data.vocab) {
      this.tokens[id] = token;
      bytes[id] = alphabetToBytes(token) ?? undefined;
    }
    this.vocabulary = ByteVocabulary.from(bytes);
    this.triples = new Int32Array(data.merges.length * 3);
    data.merges.forEach(([a, b], rank) => {
      const ids = [a, b, a + b].map((token) => {
        const id = data.vocab.get(token);
        if (id === undefined)
          throw new Error(`model.merges[${rank}]: token ${JSON.stringify(token)} is not in model.vocab`);
        return id;
      });
      this.triples.set(ids, rank * 3);
    });
    this.encoder = this.encoderFor(scanAll);
  }

  get vocabSize(): number {
    return this.data.vocab.size;
  }

  /** An encoder of whole texts that cuts them with `scan`. */
  encoderFor(scan: Scanner): BytePairEncoder {
    const wholeTokens = this.data.ignoreMerges ?? false;
    return new BytePairEncoder({
      vocabulary: this.vocabulary,
      scan,
      merges: this.triples,
      wholeTokens,
    });
  }

  tokenToId(token: string): number | undefined {
    return this.data.vocab.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.tokens[id];
  }

  vocab(): Iterable<[string, number]> {
    return this.data.vocab;
  }

  encodeInto(piece: string, ids: number[]): void {
    const bytes = alphabetToBytes(piece);
    if (!bytes) return;
    const n = this.encoder.encodeBytes(bytes, 0, bytes.length);
    for (let i = 0; i < n; i++) ids.push(this.encoder.out[i]!);
  }

  tokenize(piece: string): ModelToken[] {
    const ids: number[] = [];
    this.encodeInto(piece, ids);
    let start = 0;
    return ids.map((id) => {
      const token = this.tokens[id]!;
      const end = start + token.length;
      const result = { id, token, start, end };
      start = end;
      return result;
    });
  }

  toJSON(): Json {
    return {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: this.data.ignoreMerges ?? false,
      vocab: Object.fromEntries([...this.data.vocab].sort((a, b) => a[1] - b[1])),
      merges: this.data.merges,
    };
  }
}
