/** A hash table from pairs of token ids to a number; -1 where nothing was stored. */
export class PairTable {
  private slots: Int32Array;
  private mask: number;
  /** Pairs stored. */
  size = 0;

  /** @param capacity pairs expected; the table grows beyond it */
  constructor(private readonly capacity = 1024) {
    let cells = 1024;
    while (cells < capacity * 2) cells *= 2;
    this.mask = cells - 1;
    this.slots = new Int32Array(cells * 3).fill(-1);
  }

  /** The number stored for `(a, b)`, or -1. */
  get(a: number, b: number): number {
    const { slots, mask } = this;
    for (let p = pairHash(a, b) & mask; ; p = (p + 1) & mask) {
      const key = slots[p * 3]!;
      if (key === a && slots[p * 3 + 1] === b) return slots[p * 3 + 2]!;
      if (key < 0) return -1;
    }
  }

  /** Stores `value` for `(a, b)`, replacing what was there. */
  set(a: number, b: number, value: number): void {
    if (this.size * 2 > this.mask) this.grow();
    const { slots, mask } = this;
    let p = pairHash(a, b) & mask;
    while (
      slots[p * 3]! >= 0 &&
      !(slots[p * 3] === a && slots[p * 3 + 1] === b)
    )
      p = (p + 1) & mask;
    if (slots[p * 3]! < 0) this.size++;
    slots[p * 3] = a;
    slots[p * 3 + 1] = b;
    slots[p * 3 + 2] = value;
  }

  /** Forgets everything and gives back what the table grew by. */
  clear(): void {
    let cells = 1024;
    while (cells < this.capacity * 2) cells *= 2;
    if (cells - 1 === this.mask) this.slots.fill(-1);
    else this.slots = new Int32Array(cells * 3).fill(-1);
    this.mask = cells - 1;
    this.size = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.mask = this.mask * 2 + 1;
    this.slots = new Int32Array((this.mask + 1) * 3).fill(-1);
    this.size = 0;
    for (let i = 0; i < old.length; i += 3)
      if (old[i]! >= 0) this.set(old[i]!, old[i + 1]!, old[i + 2]!);
  }
}

function pairHash(a: number, b: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
