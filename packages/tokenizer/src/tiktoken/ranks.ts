import { ByteBuffer } from '../core/byte-buffer.js';
import { ByteVocabulary, MOST_IDS } from '../core/byte-vocabulary.js';
import { grown } from '../core/grown.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const EQUALS = 61;

/** Digits of base64; -1 for other characters, `NO_DIGIT` for those that end a token. */
const NO_DIGIT = -2;
const digits = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) digits[alphabet.charCodeAt(i)] = i;
for (const c of [SPACE, NEWLINE, RETURN]) digits[c] = NO_DIGIT;

/**
 * Reads a `.tiktoken` file: a line a token, its bytes in base64, a space, its rank.
 *
 * @param file the file's text or bytes
 * @throws an error that names the line
 */
export function readRanks(file: string | Uint8Array): ByteVocabulary {
  const text = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const bytes = new ByteBuffer(text.length);
  let places = new Int32Array(1 << 17);
  let ranks = new Int32Array(1 << 17);
  let count = 0;
  const out = bytes.bytes;
  let length = 0;
  let consecutive = true;
  for (let i = 0, line = 1; i < text.length; line++) {
    const place = length;
    const start = i;
    while (i < text.length && digits[text[i]!] !== NO_DIGIT) i++;
    length = decodeBase64(text, start, i, out, length, line);
    const empty = place === length;
    if (text[i] === SPACE) i++;
    else if (!empty) fail(line, 'has no rank');
    let rank = -1;
    for (; i < text.length && text[i]! >= 48 && text[i]! <= 57 && rank < MOST_IDS; i++)
      rank = Math.max(0, rank) * 10 + text[i]! - 48;
    if (text[i] === RETURN) i++;
    if (i < text.length && text[i] !== NEWLINE) fail(line, 'does not end after its rank');
    i++;
    if (empty && rank < 0) continue;
    if (empty || rank < 0 || rank >= MOST_IDS) fail(line, empty ? 'has no token' : 'has no rank below 16777216');
    if (count + 1 === places.length) {
      places = grown(places, count + 2);
      ranks = grown(ranks, count + 2);
    }
    consecutive &&= rank === count;
    places[count] = place;
    ranks[count++] = rank;
  }
  places[count] = bytes.length = length;
  return arrange(bytes, places, ranks.subarray(0, count), consecutive);
}

/** Writes the bytes of `text[i, end)` to `out` from `length` on; returns where they end. */
function decodeBase64(text: Uint8Array, i: number, end: number, out: Uint8Array, length: number, line: number): number {
  while (end > i && text[end - 1] === EQUALS) end--;
  for (; i < end; i += 4) {
    // past the end the digits count as 0, and their bytes are not kept
    const c = i + 2 < end ? digits[text[i + 2]!]! : 0;
    const d = i + 3 < end ? digits[text[i + 3]!]! : 0;
    const four = (digits[text[i]!]! << 18) | (i + 1 < end ? digits[text[i + 1]!]! << 12 : 0) | (c << 6) | d;
    if (four < 0) {
      const wrong = text.subarray(i, end).find((digit) => digits[digit]! < 0)!;
      fail(line, `has ${JSON.stringify(String.fromCharCode(wrong))} in its base64`);
    }
    out[length] = four >> 16;
    out[length + 1] = four >> 8;
    out[length + 2] = four;
    length += Math.min(3, end - i - 1);
  }
  return length;
}

function fail(line: number, what: string): never {
  throw new Error(`readRanks: line ${line} ${what}; expected base64, a space and a rank`);
}

/** Tokens in the order of their ranks; a rank that is missing is a hole. */
function arrange(bytes: ByteBuffer, places: Int32Array, ranks: Int32Array, consecutive: boolean): ByteVocabulary {
  const count = ranks.length;
  // the files in use list every rank from 0 on
  if (consecutive) return new ByteVocabulary(bytes, places.slice(0, count + 1));
  const order = ranks.map((_, i) => i).sort((a, b) => ranks[a]! - ranks[b]!);
  const starts = new Int32Array(ranks[order[count - 1]!]! + 2);
  const out = new ByteBuffer(bytes.length);
  let id = 0;
  for (const i of order) {
    const rank = ranks[i]!;
    if (rank < id) throw new Error(`readRanks: rank ${rank} is given twice`);
    while (id <= rank) starts[id++] = out.length;
    out.append(bytes.bytes, places[i]!, places[i + 1]!);
  }
  starts[id] = bytes.length;
  return new ByteVocabulary(out, starts);
}

/** Writes a vocabulary as a `.tiktoken` file. */
export function writeRanks(vocabulary: ByteVocabulary): string {
  const lines: string[] = [];
  for (let id = 0; id < vocabulary.length; id++) {
    const bytes = vocabulary.get(id);
    if (bytes) lines.push(`${btoa(String.fromCharCode(...bytes))} ${id}\n`);
  }
  return lines.join('');
}
