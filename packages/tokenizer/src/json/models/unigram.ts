import type { Json, Model, ModelToken } from '../../types.js';
import type { JsonReader } from '../reader.js';
import { checkLength } from './token-table.js';
import { Trie } from './trie.js';
import { byteTokens } from './byte-tokens.js';

const unkPenalty = 10;

/** Tokens with their log-probabilities; the id of a token is its place in the list. */
export interface UnigramData {
  vocab: readonly (readonly [token: string, score: number])[];
  unkId: number | null;
  /** Spells unknown characters as bytes: `<0xE2>`. @default false */
  byteFallback?: boolean;
}

/** The sequence of tokens with the greatest product of probabilities (Kudo 2018), by Viterbi's algorithm. */
export class UnigramModel implements Model {
  private readonly ids = new Map<string, number>();
  readonly #unkScore: number;
  #trie: Trie | null = null;

  /** @param hidden Ids that no text gives: those of special tokens. */
  constructor(
    private readonly data: UnigramData,
    private readonly hidden: ReadonlySet<number> = new Set(),
  ) {
    let least = Infinity;
    data.vocab.forEach(([token, score], id) => {
      this.ids.set(token, id);
      least = Math.min(least, score);
    });
    this.#unkScore = least - unkPenalty;
  }

  /** The same model for texts in which the spelling of these tokens is ordinary text. */
  without(ids: Iterable<number>): UnigramModel {
    return new UnigramModel(this.data, new Set(ids));
  }

  #tokens(): Trie {
    if (this.#trie) return this.#trie;
    const { hidden, ids } = this;
    const seen = hidden.size === 0 ? ids : [...ids].filter(([, id]) => !hidden.has(id));
    return (this.#trie = new Trie(seen));
  }

  static read(r: JsonReader): UnigramModel {
    const vocab = r.list('vocab', (item): [string, number] => {
      const pair = [...item.items()];
      if (pair.length !== 2) item.fail('[token, score]');
      return [pair[0]!.shortString(), pair[1]!.number()];
    });
    checkLength(
      r.get('vocab'),
      vocab.map(([token]) => token),
    );
    const unkId = r.get('unk_id').or(null, (id) => id.id());
    if (unkId !== null && unkId >= vocab.length)
      r.get('unk_id').reject(`is ${unkId}, but the vocabulary has ${vocab.length} tokens`);
    return new UnigramModel({ vocab, unkId, byteFallback: r.flag('byte_fallback', false) });
  }

  get vocabSize(): number {
    return this.data.vocab.length;
  }

  tokenToId(token: string): number | undefined {
    return this.ids.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.data.vocab[id]?.[0];
  }

  vocab(): Iterable<[string, number]> {
    return this.ids;
  }

  /** Ends of the best pieces in reverse; runs of unknown characters are one piece. */
  #cut(text: string): number[] {
    const { vocab } = this.data;
    const trie = this.#tokens();
    const size = text.length;
    const scores = new Float64Array(size + 1);
    const starts = new Int32Array(size + 1).fill(-1);
    const unknown = new Uint8Array(size + 1);
    for (let start = 0; start < size;) {
      const here = scores[start]!;
      const width = text.codePointAt(start)! > 0xffff ? 2 : 1;
      let single = false;
      trie.prefixes(text, start, (end, id) => {
        const score = vocab[id]![1] + here;
        if (starts[end] === -1 || score > scores[end]!) {
          scores[end] = score;
          starts[end] = start;
          unknown[end] = id === this.data.unkId ? 1 : 0;
        }
        if (end - start === width) single = true;
      });
      if (!single) {
        const end = start + width;
        const score = this.#unkScore + here;
        if (starts[end] === -1 || score > scores[end]!) {
          this.#needUnk(text.slice(start, end));
          scores[end] = score;
          starts[end] = start;
          unknown[end] = 1;
        }
      }
      start += width;
    }
    const ends: number[] = [];
    for (let end = size; end > 0; end = starts[end]!) {
      const previous = ends.at(-1);
      // the piece that follows was unknown and so is this one
      if (previous === undefined || !unknown[end] || !unknown[previous]) ends.push(end);
      else ends[ends.length - 1] = previous;
    }
    return ends;
  }

  #needUnk(text: string): number {
    const { unkId } = this.data;
    if (unkId === null)
      throw new RangeError(`Unigram: ${JSON.stringify(text)} is not in the vocabulary, and unk_id is null`);
    return unkId;
  }

  tokenize(piece: string): ModelToken[] {
    const tokens: ModelToken[] = [];
    let start = 0;
    for (const end of this.#cut(piece).reverse()) {
      const token = piece.slice(start, end);
      const known = this.ids.get(token);
      const id = known !== undefined && this.hidden.has(known) ? undefined : known;
      const bytes = id === undefined && this.data.byteFallback ? byteTokens(token, this.ids) : null;
      if (bytes) for (const [name, byteId] of bytes) tokens.push({ id: byteId, token: name, start, end });
      else tokens.push({ id: id ?? this.#needUnk(token), token, start, end });
      start = end;
    }
    return tokens;
  }

  encodeInto(piece: string, ids: number[]): void {
    for (const { id } of this.tokenize(piece)) ids.push(id);
  }

  toJSON() {
    return {
      type: 'Unigram',
      unk_id: this.data.unkId,
      vocab: this.data.vocab.map(([token, score]): Json => [token, score]),
      byte_fallback: this.data.byteFallback ?? false,
    };
  }
}
