import { ByteBuffer } from '../core/byte-buffer.js';
import { ByteVocabulary, MOST_IDS } from '../core/byte-vocabulary.js';
import { grown } from '../core/grown.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) digits[alphabet.charCodeAt(i)] = i;

const NEWLINE = 10;
const SPACE = 32;
const EQUALS = 61;

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
  for (let i = 0, line = 1; i < text.length; line++) {
    const place = length;
    let bits = 0;
    let held = 0;
    while (i < text.length && text[i] !== SPACE && text[i] !== NEWLINE && text[i] !== 13) {
      const c = text[i++]!;
      if (c === EQUALS) continue;
      const digit = digits[c]!;
      if (digit < 0) fail(line, `has ${JSON.stringify(String.fromCharCode(c))} in its base64`);
      held = ((held << 6) | digit) & 0xffff;
      bits += 6;
      if (bits >= 8) out[length++] = held >> (bits -= 8);
    }
    const empty = place === length;
    if (text[i] === SPACE) i++;
    else if (!empty) fail(line, 'has no rank');
    let rank = -1;
    for (; i < text.length && text[i]! >= 48 && text[i]! <= 57 && rank < MOST_IDS; i++)
      rank = Math.max(0, rank) * 10 + text[i]! - 48;
    if (text[i] === 13) i++;
    if (i < text.length && text[i] !== NEWLINE) fail(line, 'does not end after its rank');
    i++;
    if (empty && rank < 0) continue;
    if (empty || rank < 0 || rank >= MOST_IDS) fail(line, empty ? 'has no token' : 'has no rank below 16777216');
    if (count + 1 === places.length) {
      places = grown(places, count + 2);
      ranks = grown(ranks, count + 2);
    }
    places[count] = place;
    ranks[count++] = rank;
  }
  places[count] = bytes.length = length;
  return arrange(bytes, places, ranks.subarray(0, count));
}

function fail(line: number, what: string): never {
  throw new Error(`readRanks: line ${line} ${what}; expected base64, a space and a rank`);
}

/** Tokens in the order of their ranks; a rank that is missing is a hole. */
function arrange(bytes: ByteBuffer, places: Int32Array, ranks: Int32Array): ByteVocabulary {
  const sorted = ranks.every((rank, i) => i === 0 || rank > ranks[i - 1]!);
  const order = ranks.map((_, i) => i);
  if (!sorted) order.sort((a, b) => ranks[a]! - ranks[b]!);
  const starts = new Int32Array(ranks.length === 0 ? 1 : ranks[order.at(-1)!]! + 2);
  const out = sorted ? bytes : new ByteBuffer(bytes.length);
  let id = 0;
  for (let n = 0; n < order.length; n++) {
    const i = order[n]!;
    const rank = ranks[i]!;
    if (rank < id) throw new Error(`readRanks: rank ${rank} is given twice`);
    while (id <= rank) starts[id++] = sorted ? places[i]! : out.length;
    if (!sorted) out.append(bytes.bytes, places[i]!, places[i + 1]!);
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
