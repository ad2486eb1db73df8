import { alphabetToBytes } from './byte-alphabet.js';
import { ByteBuffer } from './byte-buffer.js';
import { MOST_IDS, type ByteVocabulary } from './byte-vocabulary.js';

/** Ids of byte-level tokens to bytes and text. */
export class ByteDecoder {
  /** Where a token begins in `tokens`; -1 where there is none. */
  private readonly places: Int32Array;
  private readonly lengths: Int32Array;
  private readonly tokens: ByteBuffer;
  private readonly out = new ByteBuffer();

  /** @param added strings of tokens outside of the vocabulary, or in place of its own */
  constructor({ buffer, starts, length }: ByteVocabulary, added: ReadonlyMap<number, string>) {
    let size = length;
    for (const [id, content] of added) {
      if (id >= MOST_IDS)
        throw new RangeError(`decode: the id ${id} of ${JSON.stringify(content)} is not below ${MOST_IDS}`);
      size = Math.max(size, id + 1);
    }
    this.places = new Int32Array(size).fill(-1);
    this.lengths = new Int32Array(size);
    this.tokens = new ByteBuffer(buffer.length);
    this.tokens.append(buffer.bytes, 0, buffer.length);
    for (let id = 0; id < length; id++) {
      this.lengths[id] = starts[id + 1]! - starts[id]!;
      if (this.lengths[id]! > 0) this.places[id] = starts[id]!;
    }
    for (const [id, content] of added) {
      const bytes = alphabetToBytes(content) ?? utf8.encode(content);
      this.places[id] = this.tokens.length;
      this.lengths[id] = bytes.length;
      this.tokens.append(bytes, 0, bytes.length);
    }
  }

  /** The bytes of ids, a view that the next call overwrites; ids in `skip` are left out. */
  bytes(ids: ArrayLike<number>, skip?: ReadonlySet<number>): Uint8Array {
    const { places, lengths, tokens, out } = this;
    let total = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const length = lengths[id];
      if (length === undefined || places[id]! < 0) throw unknownId(id);
      total += length;
    }
    out.length = 0;
    out.reserve(total);
    const from = tokens.view;
    const to = out.view;
    let at = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      if (skip !== undefined && skip.has(id)) continue;
      const place = places[id]!;
      const length = lengths[id]!;
      // whole words are copied past the end of a token; the next one overwrites them
      to.setInt32(at, from.getInt32(place, true), true);
      for (let k = 4; k < length; k += 4) to.setInt32(at + k, from.getInt32(place + k, true), true);
      at += length;
    }
    return out.bytes.subarray(0, at);
  }

  /** The text of ids; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>, skip?: ReadonlySet<number>): string {
    return text.decode(this.bytes(ids, skip));
  }
}

/** The error for an id that no token has. */
export const unknownId = (id: number): RangeError => new RangeError(`decode: no token has the id ${id}`);

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { ignoreBOM: true });
