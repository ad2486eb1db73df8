/** A hash table from pairs of integers (the first not negative) to an integer; -1 where nothing was stored. */
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
    for (let p = 3 * (hashPair(a, b) >>> this.shift); ;) {
      const key = slots[p]!;
      if (key === a && slots[p + 1] === b) return slots[p + 2]!;
      if (key < 0) return -1;
      p += 3;
      if (p === slots.length) p = 0;
    }
  }

  /** Stores `value` for `(a, b)`, replacing what was there. */
  set(a: number, b: number, value: number): void {
    if (this.size * 6 >= this.slots.length) this.grow();
    const { slots } = this;
    let p = 3 * (hashPair(a, b) >>> this.shift);
    while (slots[p]! >= 0 && !(slots[p] === a && slots[p + 1] === b)) {
      p += 3;
      if (p === slots.length) p = 0;
    }
    if (slots[p]! < 0) this.size++;
    slots[p] = a;
    slots[p + 1] = b;
    slots[p + 2] = value;
  }

  /** Calls `visit(a, b, value)` for every pair. */
  forEach(visit: (a: number, b: number, value: number) => void): void {
    const { slots } = this;
    for (let p = 0; p < slots.length; p += 3) if (slots[p]! >= 0) visit(slots[p]!, slots[p + 1]!, slots[p + 2]!);
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
    for (let p = 0; p < old.length; p += 3) if (old[p]! >= 0) this.set(old[p]!, old[p + 1]!, old[p + 2]!);
  }
}

const hashPair = (a: number, b: number) => Math.imul(Math.imul(a, 0x9e3779b1) + b, 0x85ebca6b);
