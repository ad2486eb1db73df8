/**
 * Bytes as text, strictly: nothing is replaced. A byte order mark at the start is dropped.
 *
 * @param name what the bytes are, for the message
 * @throws Error that names the first byte that is not UTF-8 and its offset
 */
export function decodeUtf8(bytes: Uint8Array, name = 'the text'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const offset = invalidOffset(bytes);
    if (offset === null) throw error;
    const byte = bytes[offset]!.toString(16).padStart(2, '0');
    const looksLikeUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const guess = looksLikeUtf16 ? ' (it looks like UTF-16)' : '';
    throw new Error(`${name} is not UTF-8 text: byte 0x${byte} at offset ${offset} does not fit${guess}`);
  }
}

/** Offset of the first byte that begins no well-formed sequence (Unicode 16, table 3-7); null if there is none. */
function invalidOffset(bytes: Uint8Array): number | null {
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return null;
}

function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  // the second byte rules out overlong forms, surrogates and what lies beyond U+10FFFF
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let k = 1; k < length; k++) {
    const byte = bytes[i + k] ?? 0;
    if (byte < (k === 1 ? low : 0x80) || byte > (k === 1 ? high : 0xbf)) return 0;
  }
  return length;
}
