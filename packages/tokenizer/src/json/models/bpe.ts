import { PairMerger } from '../../core/pair-merger.js';
import type { ModelToken } from '../../types.js';
import type { JsonReader } from '../reader.js';
import { byteTokens } from './byte-tokens.js';
import type { Merges } from './bpe-merges.js';
import { TableModel } from './token-table.js';
import { Utf8Places, utf8Length } from './utf8-places.js';

/** Ids, and how many bytes of a word each stands for. */
interface Symbols {
  ids: number[];
  lengths: number[];
}

/** The same when they are merged. */
interface Word {
  ids: Int32Array;
  lengths: Int32Array;
}

/** The options of a BPE model, as a `tokenizer.json` spells them. */
export interface BpeOptions {
  /** Chance that a merge is left out; draws are the same for every new model. */
  dropout: number | null;
  /** Stands for characters that are no tokens; without one they vanish. */
  unk_token: string | null;
  /** Begins every symbol that does not begin a word. */
  continuing_subword_prefix: string | null;
  /** Ends the last symbol of a word. */
  end_of_word_suffix: string | null;
  /** Makes a run of unknown characters one token. */
  fuse_unk: boolean;
  /** Spells unknown characters as bytes: `<0xE2>`. */
  byte_fallback: boolean;
  /** A piece that is a token is not merged. */
  ignore_merges: boolean;
}

/** Byte-pair encoding of characters (Sennrich 2016), with all the options of a `tokenizer.json`. */
export class BpeModel extends TableModel {
  private readonly merger: PairMerger;
  readonly #cache = new Map<string, Word>();
  readonly #random = randomNumbers(0x9e3779b9);

  constructor(
    ids: ReadonlyMap<string, number>,
    private readonly merges: Merges,
    private readonly options: BpeOptions,
  ) {
    super(ids);
    const prefix = options.continuing_subword_prefix?.length ?? 0;
    const triples = merges.flatMap(([left, right]) => [
      ids.get(left)!,
      ids.get(right)!,
      ids.get(left + right.slice(prefix))!,
    ]);
    this.merger = new PairMerger(Int32Array.from(triples));
  }

  tokenize(piece: string): ModelToken[] {
    const { ids, lengths } = this.#word(piece);
    const places = new Utf8Places(piece);
    let at = 0;
    return Array.from(ids, (id, i): ModelToken => {
      const [start, end] = places.units(at, at + lengths[i]!);
      at += lengths[i]!;
      return { id, token: this.idToToken(id)!, start, end };
    });
  }

  override encodeInto(piece: string, ids: number[]): void {
    for (const id of this.#word(piece).ids) ids.push(id);
  }

  #word(piece: string): Word {
    const { options } = this;
    const { dropout } = options;
    const whole = options.ignore_merges ? this.ids.get(piece) : undefined;
    if (whole !== undefined)
      return {
        ids: Int32Array.of(whole),
        lengths: Int32Array.of([...piece].reduce((sum, c) => sum + utf8Length(c), 0)),
      };
    const known = this.#cache.get(piece);
    if (known) return known;
    const skip = dropout ? () => this.#random() < dropout : null;
    const word = this.#merge(this.#symbols(piece), skip);
    if (!skip && piece.length <= 256) {
      if (this.#cache.size >= 10_000) this.#cache.clear();
      this.#cache.set(piece, word);
    }
    return word;
  }

  #merge({ ids, lengths }: Symbols, skip: (() => boolean) | null): Word {
    const { merger } = this;
    merger.room(ids.length).set(ids);
    const count = merger.merge(ids.length, skip);
    const word = { ids: merger.ids.slice(0, count), lengths: new Int32Array(count) };
    for (let i = 0; i < count; i++)
      for (let s = merger.places[i]!; s < merger.places[i + 1]!; s++) word.lengths[i]! += lengths[s]!;
    return word;
  }

  /** The symbols before any merge. */
  #symbols(piece: string): Symbols {
    const { options } = this;
    const { continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = options;
    const tokens = this.ids;
    const ids: number[] = [];
    const lengths: number[] = [];
    const add = (id: number, length: number) => {
      ids.push(id);
      lengths.push(length);
    };
    /** Bytes of unknown characters that are not added yet; -1 for none. */
    let unknown = -1;
    let at = 0;
    for (const c of piece) {
      const spelling = (at > 0 ? (prefix ?? '') : '') + c + (at + c.length === piece.length ? (suffix ?? '') : '');
      at += c.length;
      const length = utf8Length(c);
      const id = tokens.get(spelling);
      if (id !== undefined) {
        if (unknown >= 0) add(this.#unkId()!, unknown);
        unknown = -1;
        add(id, length);
        continue;
      }
      const bytes = options.byte_fallback ? byteTokens(spelling, tokens) : null;
      if (bytes) for (const [, byteId] of bytes) add(byteId, 1);
      else if (unknown >= 0 && options.fuse_unk) unknown += length;
      else if (this.#unkId() !== null) {
        if (unknown >= 0) add(this.#unkId()!, unknown);
        unknown = length;
      }
    }
    if (unknown >= 0) add(this.#unkId()!, unknown);
    return { ids, lengths };
  }

  #unkId(): number | null {
    const { unk_token: unkToken } = this.options;
    if (unkToken === null) return null;
    const id = this.ids.get(unkToken);
    if (id === undefined)
      throw new RangeError(`BPE: the unknown token ${JSON.stringify(unkToken)} is not in the vocabulary`);
    return id;
  }

  toJSON() {
    return { type: 'BPE', ...this.options, vocab: this.vocabJSON(), merges: this.merges };
  }
}

/** Numbers in `[0, 1)` (mulberry32); every call of the result gives the next. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads the options of a BPE model. */
export function readBpeOptions(r: JsonReader): BpeOptions {
  const text = (name: string) => r.get(name).or(null, (t) => t.string());
  const dropout = r.get('dropout').or(null, (d) => d.number());
  if (dropout !== null && (dropout < 0 || dropout > 1)) r.get('dropout').reject(`is ${dropout}, not in 0..1`);
  return {
    dropout,
    unk_token: text('unk_token'),
    continuing_subword_prefix: text('continuing_subword_prefix'),
    end_of_word_suffix: text('end_of_word_suffix'),
    fuse_unk: r.flag('fuse_unk', false),
    byte_fallback: r.flag('byte_fallback', false),
    ignore_merges: r.flag('ignore_merges', false),
  };
}
