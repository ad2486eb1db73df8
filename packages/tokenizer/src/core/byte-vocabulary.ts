import { ByteBuffer } from './byte-buffer.js';

/** Ids stay below this, so that a hostile file cannot ask for all memory. */
export const MOST_IDS = 1 << 24;

/** Tokens as byte strings in one buffer; an id without bytes is a hole. */
export class ByteVocabulary {
  /** @param starts token `id` is `buffer.bytes[starts[id], starts[id + 1])` */
  constructor(
    readonly buffer: ByteBuffer,
    readonly starts: Int32Array,
  ) {}

  /** From a list by id; `undefined` leaves a hole. */
  static from(tokens: readonly (Uint8Array | undefined)[]): ByteVocabulary {
    const starts = new Int32Array(tokens.length + 1);
    for (let id = 0; id < tokens.length; id++) starts[id + 1] = starts[id]! + (tokens[id]?.length ?? 0);
    const buffer = new ByteBuffer(starts[tokens.length]);
    for (let id = 0; id < tokens.length; id++) {
      const token = tokens[id];
      if (token) buffer.append(token, 0, token.length);
    }
    return new ByteVocabulary(buffer, starts);
  }

  /** One more than the highest id. */
  get length(): number {
    return this.starts.length - 1;
  }

  /** Whether an id has bytes. */
  has(id: number): boolean {
    return id >= 0 && id < this.length && this.starts[id]! < this.starts[id + 1]!;
  }

  /** The bytes of a token; `undefined` for a hole or an id out of range. */
  get(id: number): Uint8Array | undefined {
    return this.has(id) ? this.buffer.bytes.subarray(this.starts[id], this.starts[id + 1]) : undefined;
  }

  /** The id of each byte, -1 where no token is that byte alone. */
  byteIds(): Int32Array {
    const ids = new Int32Array(256).fill(-1);
    const { starts, length } = this;
    const { bytes } = this.buffer;
    // most vocabularies begin with them
    for (let id = 0, missing = 256; id < length && missing > 0; id++) {
      const byte = bytes[starts[id]!]!;
      if (starts[id + 1]! - starts[id]! !== 1 || ids[byte]! >= 0) continue;
      ids[byte] = id;
      missing--;
    }
    return ids;
  }
}
