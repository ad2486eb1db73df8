import { grown } from './grown.js';

/** Positions waiting under their ranks: a list a rank, and two levels of bits that tell which lists have entries. */
export class RankQueue {
  private readonly heads: Int32Array;
  private readonly words: Int32Array;
  private readonly groups: Int32Array;
  private positions = new Int32Array(1 << 10);
  private next = new Int32Array(1 << 10);
  private used = 0;
  private batch = new Int32Array(1 << 8);

  /** @param ranks ranks are below this */
  constructor(ranks: number) {
    this.heads = new Int32Array(ranks + 1).fill(-1);
    this.words = new Int32Array((ranks >> 5) + 1);
    this.groups = new Int32Array((ranks >> 10) + 1);
  }

  /** Adds a position. */
  push(rank: number, position: number): void {
    if (this.used === this.positions.length) {
      this.positions = grown(this.positions, this.used + 1);
      this.next = grown(this.next, this.used + 1);
    }
    this.positions[this.used] = position;
    this.next[this.used] = this.heads[rank]!;
    this.heads[rank] = this.used++;
    this.words[rank >> 5]! |= 1 << (rank & 31);
    this.groups[rank >> 10]! |= 1 << ((rank >> 5) & 31);
  }

  /** The lowest rank that has positions, -1 when there are none. */
  lowest(): number {
    const { groups, words } = this;
    for (let g = 0; g < groups.length; g++) {
      if (groups[g] === 0) continue;
      const w = (g << 5) + lowestBit(groups[g]!);
      return (w << 5) + lowestBit(words[w]!);
    }
    this.used = 0;
    return -1;
  }

  /** Takes all positions of a rank, left to right, in an array that the next call overwrites. */
  take(rank: number): Int32Array {
    let n = 0;
    let sorted = true;
    for (let node = this.heads[rank]!; node >= 0; node = this.next[node]!) {
      if (n === this.batch.length) this.batch = grown(this.batch, n + 1);
      // lists are last in, first out: what was pushed from right to left comes out from left to right
      if (n > 0 && this.batch[n - 1]! > this.positions[node]!) sorted = false;
      this.batch[n++] = this.positions[node]!;
    }
    this.heads[rank] = -1;
    const w = rank >> 5;
    this.words[w]! &= ~(1 << (rank & 31));
    if (this.words[w] === 0) this.groups[w >> 5]! &= ~(1 << (w & 31));
    const batch = this.batch.subarray(0, n);
    return sorted ? batch : batch.sort();
  }
}

const lowestBit = (word: number) => 31 - Math.clz32(word & -word);
