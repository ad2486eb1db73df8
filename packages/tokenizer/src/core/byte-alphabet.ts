/** The bytes in the order of GPT-2's alphabet: printable ones first, then the rest. */
export const alphabetBytes: readonly number[] = (() => {
  const printable = (b: number) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  const all = Array.from({ length: 256 }, (_, b) => b);
  return [...all.filter(printable), ...all.filter((b) => !printable(b))];
})();

/** The character that stands for each byte in the token strings of a byte-level `tokenizer.json`. */
export const byteToUnit: Uint16Array = (() => {
  const units = new Uint16Array(256);
  let next = 256;
  for (const b of alphabetBytes) units[b] = b >= 33 && b !== 173 && (b <= 126 || b >= 161) ? b : next++;
  return units;
})();

/** The byte of each of those characters (code units below 324), -1 for characters that stand for none. */
export const unitToByte: Int16Array = (() => {
  const bytes = new Int16Array(324).fill(-1);
  byteToUnit.forEach((unit, b) => (bytes[unit] = b));
  return bytes;
})();

/** Bytes as a string over the byte alphabet. */
export function bytesToAlphabet(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let s = '';
  for (let i = start; i < end; i++) s += String.fromCharCode(byteToUnit[bytes[i]!]!);
  return s;
}

/** The bytes of a string over the byte alphabet, `null` if a character is not of it. */
export function alphabetToBytes(s: string): Uint8Array | null {
  const bytes = new Uint8Array(s.length);
  for (let i = 0; i < s.length; i++) {
    const unit = s.charCodeAt(i);
    const b = unit < 324 ? unitToByte[unit]! : -1;
    if (b < 0) return null;
    bytes[i] = b;
  }
  return bytes;
}
