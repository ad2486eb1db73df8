/** tfjs's allocator. */
export interface Allocator {
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const alignment = 64;

/** One block of memory that grows and is used again and again. */
export class Scratch {
  private address = 0;
  private bytes = 0;

  constructor(private readonly allocator: Allocator) {}

  /** Address of at least `bytes` bytes, 64-byte aligned, valid until the next call. */
  reserve(bytes: number): number {
    if (bytes > this.bytes) {
      if (this.address) this.allocator._free(this.address);
      this.bytes = this.address = 0;
      this.address = this.allocator._malloc(bytes + alignment - 1) >>> 0;
      this.bytes = bytes;
    }
    return (this.address + alignment - 1) & -alignment;
  }
}
