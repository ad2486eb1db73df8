/** A hash table from pairs of non-negative integers to a number; -1 where nothing was stored. */
export class PairTable {
  private slots!: Int32Array;
  private shift = 0;
  /** Pairs stored. */
  size = 0;

  /** @param capacity pairs expected; the table grows beyond it */
  constructor(private readonly capacity = 1024) {
    this.clear();
  }

  /** The number stored for `(a, b)`, or -1. */
  get(a: number, b: number): number {
    const { slots } = this;
    const last = slots.length - 3;
    for (let p = 3 * (hashPair(a, b) >>> this.shift); ; p = p === last ? 0 : p + 3) {
      const key = slots[p]!;
      if (key === a && slots[p + 1] === b) return slots[p + 2]!;
      if (key < 0) return -1;
    }
  }

  /** Stores `value` for `(a, b)`, replacing what was there. */
  set(a: number, b: number, value: number): void {
    if (this.size * 6 > this.slots.length) this.grow();
    const { slots } = this;
    const last = slots.length - 3;
    let p = 3 * (hashPair(a, b) >>> this.shift);
    while (slots[p]! >= 0 && !(slots[p] === a && slots[p + 1] === b)) p = p === last ? 0 : p + 3;
    if (slots[p]! < 0) this.size++;
    slots[p] = a;
    slots[p + 1] = b;
    slots[p + 2] = value;
  }

  /** Forgets everything and gives back what the table grew by. */
  clear(): void {
    let bits = 10;
    while (1 << bits < this.capacity * 2) bits++;
    this.allocate(bits);
  }

  private allocate(bits: number): void {
    this.shift = 32 - bits;
    this.slots = new Int32Array(3 << bits).fill(-1);
    this.size = 0;
  }

  private grow(): void {
    const old = this.slots;
    this.allocate(33 - this.shift);
    for (let i = 0; i < old.length; i += 3) if (old[i]! >= 0) this.set(old[i]!, old[i + 1]!, old[i + 2]!);
  }
}

const hashPair = (a: number, b: number) => Math.imul(Math.imul(a, 0x9e3779b1) + b, 0x85ebca6b);
