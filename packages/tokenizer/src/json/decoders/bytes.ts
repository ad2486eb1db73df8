import { alphabetToBytes } from '../../core/byte-alphabet.js';
import type { Decoder, Json } from '../../types.js';

const encoder = new TextEncoder();

/** Bytes as text: what is not UTF-8 becomes U+FFFD, a byte order mark stays. */
const lossy = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** Tokens over the byte alphabet; a token with other characters stands for itself. */
export class ByteLevelDecoder implements Decoder {
  /** @param json The options of the pre-tokenizer of the same name, which have no effect here. */
  constructor(
    private readonly json: { [key: string]: Json } = { add_prefix_space: true, trim_offsets: true, use_regex: true },
  ) {}

  decodeChain(tokens: string[]): string[] {
    const parts = tokens.map((token) => alphabetToBytes(token) ?? encoder.encode(token));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return [lossy(bytes)];
  }

  toJSON() {
    return { type: 'ByteLevel', ...this.json };
  }
}

/** Runs of byte tokens (`<0xE2>`) become text, or a U+FFFD a byte where they are not UTF-8. */
export const byteFallbackDecoder: Decoder = {
  decodeChain(tokens) {
    const out: string[] = [];
    let run: number[] = [];
    const flush = () => {
      if (run.length === 0) return;
      try {
        out.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new Uint8Array(run)));
      } catch {
        for (let i = 0; i < run.length; i++) out.push('\ufffd');
      }
      run = [];
    };
    for (const token of tokens) {
      const byte = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/.exec(token);
      if (byte) run.push(parseInt(byte[1]!, 16));
      else {
        flush();
        out.push(token);
      }
    }
    flush();
    return out;
  },
  toJSON: () => ({ type: 'ByteFallback' }),
};
