import { Trie } from '../json/models/trie.js';
import { grown } from '../core/grown.js';

/** What an unknown character costs below the worst piece. */
const UNKNOWN_PENALTY = 10;

/** A piece with its log probability. */
export type Piece = [piece: string, score: number];

/** Ways to make a word of pieces. Piece 0 stands for an unknown character. */
export class PieceLattice {
  /** Every piece by its place in the first list. */
  readonly #trie: Trie;
  /** The number that piece has now, -1 if it was dropped. */
  readonly #numbers: Int32Array;
  readonly #places: Map<string, number>;
  #scores: Float64Array = new Float64Array(0);
  #unknownScore = 0;

  // the nodes of the word at hand, by where they begin
  private size = 0;
  private begins = new Int32Array(64);
  private stops = new Int32Array(64);
  private ids = new Int32Array(64);
  private length = 0;
  private totals = new Float64Array(64);
  private previous = new Int32Array(64);
  private nextEnding = new Int32Array(64);

  /** @param pieces all there will ever be; piece 0 is never matched */
  constructor(pieces: readonly Piece[]) {
    this.#places = new Map(pieces.map(([piece], i) => [piece, i]));
    this.#trie = new Trie([...this.#places].slice(1));
    this.#numbers = new Int32Array(pieces.length).fill(-1);
    this.use(pieces);
  }

  /** Takes these pieces, of the first list, with these scores. */
  use(pieces: readonly Piece[]): void {
    this.#numbers.fill(-1);
    this.#scores = Float64Array.from(pieces, ([, score]) => score);
    let least = Infinity;
    pieces.forEach(([piece, score], id) => {
      if (id > 0) this.#numbers[this.#places.get(piece)!] = id;
      if (score < least) least = score;
    });
    this.#unknownScore = least - UNKNOWN_PENALTY;
  }

  /** Finds the pieces in a word, code points. */
  load(word: readonly number[] | Int32Array): void {
    this.length = word.length;
    this.size = 0;
    for (let begin = 0; begin < word.length; begin++) {
      let single = false;
      let node = 0;
      for (let stop = begin + 1; stop <= word.length; stop++) {
        node = this.#trie.step(node, word[stop - 1]!);
        if (node < 0) break;
        const place = this.#trie.values[node]!;
        const id = place < 0 ? -1 : this.#numbers[place]!;
        if (id < 0) continue;
        this.#insert(begin, stop, id);
        single ||= stop === begin + 1;
      }
      if (!single) this.#insert(begin, begin + 1, 0);
    }
  }

  #insert(begin: number, stop: number, id: number): void {
    if (this.size === this.ids.length) {
      this.begins = grown(this.begins, this.size + 1);
      this.stops = grown(this.stops, this.size + 1);
      this.ids = grown(this.ids, this.size + 1);
    }
    this.begins[this.size] = begin;
    this.stops[this.size] = stop;
    this.ids[this.size++] = id;
  }

  #score(node: number): number {
    const id = this.ids[node]!;
    return id === 0 ? this.#unknownScore : this.#scores[id]!;
  }

  /** Adds to `expected[id]` how often each piece is expected in `count` of this word; returns the log likelihood. */
  addMarginals(count: number, expected: Float64Array): number {
    const { size, begins, stops, length } = this;
    const forward = new Float64Array(length + 1).fill(NaN);
    const backward = new Float64Array(length + 1).fill(NaN);
    forward[0] = backward[length] = 0;
    for (let n = 0; n < size; n++)
      forward[stops[n]!] = logSum(forward[stops[n]!]!, forward[begins[n]!]! + this.#score(n));
    for (let begin = length - 1, last = size - 1; begin >= 0; begin--) {
      let first = last;
      while (first > 0 && begins[first - 1] === begin) first--;
      for (let n = first; n <= last; n++)
        backward[begin] = logSum(backward[begin]!, backward[stops[n]!]! + this.#score(n));
      last = first - 1;
    }
    const all = forward[length]!;
    for (let n = 0; n < size; n++)
      expected[this.ids[n]!]! += count * Math.exp(forward[begins[n]!]! + this.#score(n) + backward[stops[n]!]! - all);
    return count * all;
  }

  /** Ids of the likeliest way to make the word; of equals, the one that ends in the longer piece. */
  best(): number[] {
    const { size, begins, stops, ids, length } = this;
    if (this.totals.length < size) {
      this.totals = new Float64Array(size * 2);
      this.previous = new Int32Array(size * 2);
      this.nextEnding = new Int32Array(size * 2);
    }
    const { totals, previous, nextEnding } = this;
    const firstEnding = new Int32Array(length + 1).fill(-1);
    const lastEnding = new Int32Array(length + 1).fill(-1);
    /** The best node before one that begins at `at` and adds `score`: rounding decides as in the sum itself. */
    const choose = (at: number, score: number): [node: number, total: number] => {
      if (at === 0) return [-1, score];
      let node = -1;
      let total = 0;
      for (let n = firstEnding[at]!; n >= 0; n = nextEnding[n]!)
        if (node < 0 || totals[n]! + score > total) {
          node = n;
          total = totals[n]! + score;
        }
      return [node, total];
    };
    for (let n = 0; n < size; n++) {
      [previous[n], totals[n]] = choose(begins[n]!, this.#score(n)) as [number, number];
      const stop = stops[n]!;
      nextEnding[n] = -1;
      if (firstEnding[stop]! < 0) firstEnding[stop] = n;
      else nextEnding[lastEnding[stop]!] = n;
      lastEnding[stop] = n;
    }
    const path: number[] = [];
    for (let n = choose(length, 0)[0]; n >= 0; n = previous[n]!) path.push(ids[n]!);
    return path.reverse();
  }

  /** The likeliest way that is not `id` alone. */
  bestWithout(id: number): number[] {
    const kept = this.#scores[id]!;
    this.#scores[id] = -Infinity;
    const path = this.best();
    this.#scores[id] = kept;
    return path;
  }
}

/** `log(exp(x) + exp(y))`; `x` is NaN for the first. */
function logSum(x: number, y: number): number {
  if (Number.isNaN(x)) return y;
  const least = Math.min(x, y);
  const most = Math.max(x, y);
  return most > least + 50 ? most : most + Math.log(Math.exp(least - most) + 1);
}
