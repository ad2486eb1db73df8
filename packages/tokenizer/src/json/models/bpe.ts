import { PairMerger } from '../../core/pair-merger.js';
import type { Model, ModelToken } from '../../types.js';
import type { JsonReader } from '../reader.js';
import type { Merges } from './bpe-merges.js';
import { TokenTable } from './token-table.js';
import { Utf8Places, utf8Length } from './utf8-places.js';

const encoder = new TextEncoder();

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

export interface BpeOptions {
  /** Chance that a merge is left out; draws are the same for every new model. @default null */
  dropout?: number | null;
  /** Stands for characters that are no tokens; without one they vanish. @default null */
  unkToken?: string | null;
  /** Begins every symbol that does not begin a word. @default null */
  continuingSubwordPrefix?: string | null;
  /** Ends the last symbol of a word. @default null */
  endOfWordSuffix?: string | null;
  /** Makes a run of unknown characters one token. @default false */
  fuseUnk?: boolean;
  /** Spells unknown characters as bytes: `<0xE2>`. @default false */
  byteFallback?: boolean;
  /** A piece that is a token is not merged. @default false */
  ignoreMerges?: boolean;
}

/** Byte-pair encoding of characters (Sennrich 2016), with all the options of a `tokenizer.json`. */
export class BpeModel implements Model {
  private readonly table: TokenTable;
  private readonly merger: PairMerger;
  private readonly options: Required<BpeOptions>;
  private readonly cache = new Map<string, Word>();
  private readonly random = randomNumbers(0x9e3779b9);

  constructor(
    ids: ReadonlyMap<string, number>,
    private readonly merges: Merges,
    {
      dropout = null,
      unkToken = null,
      continuingSubwordPrefix = null,
      endOfWordSuffix = null,
      fuseUnk = false,
      byteFallback = false,
      ignoreMerges = false,
    }: BpeOptions = {},
  ) {
    this.options = {
      dropout,
      unkToken,
      continuingSubwordPrefix,
      endOfWordSuffix,
      fuseUnk,
      byteFallback,
      ignoreMerges,
    };
    this.table = new TokenTable(ids);
    const prefix = continuingSubwordPrefix?.length ?? 0;
    const triples = merges.flatMap(([left, right]) => [
      ids.get(left)!,
      ids.get(right)!,
      ids.get(left + right.slice(prefix))!,
    ]);
    this.merger = new PairMerger(Int32Array.from(triples));
  }

  get vocabSize(): number {
    return this.table.size;
  }

  tokenToId(token: string): number | undefined {
    return this.table.ids.get(token);
  }

  idToToken(id: number): string | undefined {
    return this.table.token(id);
  }

  vocab(): Iterable<[string, number]> {
    return this.table.ids;
  }

  tokenize(piece: string): ModelToken[] {
    const { ids, lengths } = this.word(piece);
    const places = new Utf8Places(piece);
    let at = 0;
    return Array.from(ids, (id, i): ModelToken => {
      const [start, end] = places.units(at, at + lengths[i]!);
      at += lengths[i]!;
      return { id, token: this.table.token(id)!, start, end };
    });
  }

  encodeInto(piece: string, ids: number[]): void {
    for (const id of this.word(piece).ids) ids.push(id);
  }

  private word(piece: string): Word {
    const { ignoreMerges, dropout } = this.options;
    const whole = ignoreMerges ? this.table.ids.get(piece) : undefined;
    if (whole !== undefined) return { ids: Int32Array.of(whole), lengths: Int32Array.of(encoder.encode(piece).length) };
    const known = this.cache.get(piece);
    if (known) return known;
    const skip = dropout ? () => this.random() < dropout : null;
    const word = this.merge(this.symbols(piece), skip);
    if (!skip && piece.length <= 256) {
      if (this.cache.size >= 10_000) this.cache.clear();
      this.cache.set(piece, word);
    }
    return word;
  }

  private merge({ ids, lengths }: Symbols, skip: (() => boolean) | null): Word {
    const { merger } = this;
    merger.room(ids.length).set(ids);
    const count = merger.merge(ids.length, skip);
    const word = { ids: merger.ids.slice(0, count), lengths: new Int32Array(count) };
    for (let i = 0; i < count; i++)
      for (let s = merger.places[i]!; s < merger.places[i + 1]!; s++) word.lengths[i]! += lengths[s]!;
    return word;
  }

  /** The symbols before any merge. */
  private symbols(piece: string): Symbols {
    const { continuingSubwordPrefix, endOfWordSuffix, fuseUnk, byteFallback } = this.options;
    const tokens = this.table.ids;
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
      const spelling =
        (at > 0 ? (continuingSubwordPrefix ?? '') : '') +
        c +
        (at + c.length === piece.length ? (endOfWordSuffix ?? '') : '');
      at += c.length;
      const length = utf8Length(c);
      const id = tokens.get(spelling);
      if (id !== undefined) {
        if (unknown >= 0) add(this.unkId()!, unknown);
        unknown = -1;
        add(id, length);
        continue;
      }
      const bytes = byteFallback ? this.bytes(spelling) : null;
      if (bytes) for (const byte of bytes) add(byte, 1);
      else if (unknown >= 0 && fuseUnk) unknown += length;
      else if (this.unkId() !== null) {
        if (unknown >= 0) add(this.unkId()!, unknown);
        unknown = length;
      }
    }
    if (unknown >= 0) add(this.unkId()!, unknown);
    return { ids, lengths };
  }

  private unkId(): number | null {
    const { unkToken } = this.options;
    if (unkToken === null) return null;
    const id = this.table.ids.get(unkToken);
    if (id === undefined)
      throw new RangeError(`BPE: the unknown token ${JSON.stringify(unkToken)} is not in the vocabulary`);
    return id;
  }

  /** The byte tokens of a spelling; `null` if one is missing. */
  private bytes(spelling: string): number[] | null {
    const out: number[] = [];
    for (const byte of encoder.encode(spelling)) {
      const id = this.table.ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
      if (id === undefined) return null;
      out.push(id);
    }
    return out;
  }

  toJSON() {
    const o = this.options;
    return {
      type: 'BPE',
      dropout: o.dropout,
      unk_token: o.unkToken,
      continuing_subword_prefix: o.continuingSubwordPrefix,
      end_of_word_suffix: o.endOfWordSuffix,
      fuse_unk: o.fuseUnk,
      byte_fallback: o.byteFallback,
      ignore_merges: o.ignoreMerges,
      vocab: this.table.toJSON(),
      merges: this.merges,
    };
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

/** The options of a BPE model in a `tokenizer.json`. */
export function readBpeOptions(r: JsonReader): Required<BpeOptions> {
  const text = (name: string) => r.get(name).or(null, (t) => t.string());
  const flag = (name: string) => r.get(name).or(false, (f) => f.boolean());
  const dropout = r.get('dropout').or(null, (d) => d.number());
  if (dropout !== null && (dropout < 0 || dropout > 1)) r.get('dropout').reject(`is ${dropout}, not in 0..1`);
  return {
    dropout,
    unkToken: text('unk_token'),
    continuingSubwordPrefix: text('continuing_subword_prefix'),
    endOfWordSuffix: text('end_of_word_suffix'),
    fuseUnk: flag('fuse_unk'),
    byteFallback: flag('byte_fallback'),
    ignoreMerges: flag('ignore_merges'),
  };
}
