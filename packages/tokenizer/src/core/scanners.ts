import { byteClass, classAt, HIGH, LETTER, LOWER, NEWLINE, NUMBER, SPACE, UPPER } from './unicode-classes.js';

/**
 * Given well-formed UTF-8 and the start of a piece, returns the end of that piece (at most `end`).
 * `bytes[end]` must be the sentinel of a `ByteBuffer`.
 */
export type Scanner = (bytes: Uint8Array, start: number, end: number) => number;

/** Where the run of characters with any bit of `mask` ends. */
function run(bytes: Uint8Array, i: number, end: number, mask: number): number {
  for (;;) {
    while ((byteClass[bytes[i]!]! & mask) !== 0) i++;
    if (bytes[i]! < 128 || i >= end) return i;
    const k = classAt(bytes, i);
    if ((k & mask) === 0) return i;
    i += k >> 8;
  }
}

/** Where the run of characters without any bit of `mask` ends. */
function runWithout(bytes: Uint8Array, i: number, end: number, mask: number): number {
  for (;;) {
    while ((byteClass[bytes[i]!]! & (mask | HIGH)) === 0) i++;
    if (bytes[i]! < 128 || i >= end) return i;
    const k = classAt(bytes, i);
    if ((k & mask) !== 0) return i;
    i += k >> 8;
  }
}

/** At an apostrophe: where `'s 't 'm 'd 're 've 'll` in lower case ends, or 0. */
function contraction(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 >= end) return 0;
  const a = bytes[i + 1]!;
  if (a === 115 || a === 116 || a === 109 || a === 100) return i + 2;
  if (i + 2 >= end) return 0;
  const b = bytes[i + 2]!;
  return (a === 114 && b === 101) || (a === 118 && b === 101) || (a === 108 && b === 108) ? i + 3 : 0;
}

const isAsciiLetter = (c: number) => (c | 32) >= 97 && (c | 32) <= 122;

/** The same in either case; U+017F folds to `s`. */
function contractionAnyCase(bytes: Uint8Array, i: number, end: number): number {
  if (i + 1 >= end) return 0;
  const a = bytes[i + 1]!;
  if (a === 0xc5 && i + 2 < end && bytes[i + 2] === 0xbf) return i + 3;
  if (!isAsciiLetter(a)) return 0;
  const x = a | 32;
  if (x === 115 || x === 116 || x === 109 || x === 100) return i + 2;
  if (i + 2 >= end || !isAsciiLetter(bytes[i + 2]!)) return 0;
  const y = bytes[i + 2]! | 32;
  return (x === 114 && y === 101) || (x === 118 && y === 101) || (x === 108 && y === 108) ? i + 3 : 0;
}

/** Start of the character that ends before `i`. */
function before(bytes: Uint8Array, i: number): number {
  i--;
  while ((bytes[i]! & 0xc0) === 0x80) i--;
  return i;
}

/** `\s+(?!\S)|\s+` */
function spaces(bytes: Uint8Array, i: number, end: number): number {
  const e = run(bytes, i, end, SPACE);
  if (e === end) return e;
  const last = before(bytes, e);
  return last > i ? last : e;
}

/** `\s*[\r\n]+|\s+(?!\S)|\s+`, with `\s++$` tried first where `endFirst`. */
function spacesAndNewlines(bytes: Uint8Array, i: number, end: number, endFirst: boolean): number {
  let e = i;
  let newline = -1;
  while (e < end) {
    const k = classAt(bytes, e);
    if ((k & SPACE) === 0) break;
    e += k >> 8;
    if (k & NEWLINE) newline = e;
  }
  if (endFirst && e === end) return e;
  if (newline >= 0) return newline;
  if (e === end) return e;
  const last = before(bytes, e);
  return last > i ? last : e;
}

/** GPT-2's pattern (r50k, p50k): `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`. */
export const scanGpt2: Scanner = (bytes, i, end) => {
  const first = bytes[i]!;
  if (first === 39) {
    const e = contraction(bytes, i, end);
    if (e) return e;
  }
  const j = first === 32 ? i + 1 : i;
  if ((byteClass[bytes[j]!]! & LETTER) !== 0) return run(bytes, j + 1, end, LETTER);
  if (j < end) {
    const k = classAt(bytes, j);
    const next = j + (k >> 8);
    if (k & LETTER) return run(bytes, next, end, LETTER);
    if (k & NUMBER) return run(bytes, next, end, NUMBER);
    if (!(k & SPACE)) return runWithout(bytes, next, end, LETTER | NUMBER | SPACE);
  }
  return spaces(bytes, i, end);
};

/** GPT-2's pattern between digits that stand alone (SmolLM): `Digits(individual)` before `ByteLevel`. */
export const scanGpt2Digits: Scanner = (bytes, i, end) => {
  const k = classAt(bytes, i);
  if (k & NUMBER) return i + (k >> 8);
  if (k & SPACE) {
    const e = run(bytes, i, end, SPACE);
    // a digit ends the text that GPT-2's pattern sees, and with it the run of white space
    if (e < end && classAt(bytes, e) & NUMBER) return e;
  }
  return scanGpt2(bytes, i, end);
};

/** Up to `most` numeric characters. */
function numbers(bytes: Uint8Array, i: number, end: number, most: number): number {
  for (let n = 0; n < most && i < end; n++) {
    const k = classAt(bytes, i);
    if (!(k & NUMBER)) break;
    i += k >> 8;
  }
  return i;
}

/** cl100k's pattern, the form of today's tiktoken. */
export const scanCl100k: Scanner = (bytes, i, end) => cl100k(bytes, i, end, 3, true);

/** cl100k's older form, which Llama 3 uses: a text's last white space is no exception. */
export const scanLlama3: Scanner = (bytes, i, end) => cl100k(bytes, i, end, 3, false);

/** Qwen's pattern: the same with every digit on its own. */
export const scanQwen2: Scanner = (bytes, i, end) => cl100k(bytes, i, end, 1, false);

function cl100k(bytes: Uint8Array, i: number, end: number, digits: number, endFirst: boolean): number {
  const first = bytes[i]!;
  if (first === 32 && (byteClass[bytes[i + 1]!]! & LETTER) !== 0) return run(bytes, i + 2, end, LETTER);
  if (first === 39) {
    const e = contractionAnyCase(bytes, i, end);
    if (e) return e;
  }
  const k = classAt(bytes, i);
  const j = i + (k >> 8);
  if (k & LETTER) return run(bytes, j, end, LETTER);
  if (k & NUMBER) return numbers(bytes, i, end, digits);
  if (!(k & NEWLINE) && j < end) {
    const k2 = classAt(bytes, j);
    if (k2 & LETTER) return run(bytes, j + (k2 >> 8), end, LETTER);
  }
  const p = first === 32 ? i + 1 : i;
  if (p < end) {
    const kp = classAt(bytes, p);
    if (!(kp & (LETTER | NUMBER | SPACE))) {
      let e = runWithout(bytes, p + (kp >> 8), end, LETTER | NUMBER | SPACE);
      while (e < end && (bytes[e] === 10 || bytes[e] === 13)) e++;
      return e;
    }
  }
  return spacesAndNewlines(bytes, i, end, endFirst);
}

function withContraction(bytes: Uint8Array, e: number, end: number): number {
  return (e < end && bytes[e] === 39 && contractionAnyCase(bytes, e, end)) || e;
}

/** o200k's pattern: words split where lower case turns to upper, contractions stay with their word. */
export const scanO200k: Scanner = (bytes, i, end) => {
  const letter = bytes[i] === 32 ? i + 1 : i;
  if ((byteClass[bytes[letter]!]! & LETTER) !== 0) {
    let e = letter;
    while ((byteClass[bytes[e]!]! & UPPER) !== 0) e++;
    if ((byteClass[bytes[e]!]! & LOWER) !== 0) return withContraction(bytes, run(bytes, e + 1, end, LOWER), end);
    if (bytes[e]! < 128 || e >= end) return withContraction(bytes, e, end);
  }
  const k = classAt(bytes, i);
  const j = i + (k >> 8);
  let word = -1;
  if (k & LETTER) word = i;
  else if (!(k & (NEWLINE | NUMBER))) {
    if (j < end && classAt(bytes, j) & (UPPER | LOWER)) word = j;
    else if (k & UPPER) return withContraction(bytes, j, end);
  }
  if (word >= 0) {
    let e = word;
    let lower = -1;
    while (e < end) {
      const c = classAt(bytes, e);
      if (!(c & UPPER)) break;
      e += c >> 8;
      if (c & LOWER) lower = e;
    }
    if (e < end && classAt(bytes, e) & LOWER) e = run(bytes, e, end, LOWER);
    else if (lower >= 0) e = lower;
    else if (word > i && k & UPPER) e = j;
    return withContraction(bytes, e, end);
  }
  if (k & NUMBER) return numbers(bytes, i, end, 3);
  const p = bytes[i] === 32 ? i + 1 : i;
  if (p < end) {
    const kp = classAt(bytes, p);
    if (!(kp & (LETTER | NUMBER | SPACE))) {
      let e = runWithout(bytes, p + (kp >> 8), end, LETTER | NUMBER | SPACE);
      while (e < end && (bytes[e] === 10 || bytes[e] === 13 || bytes[e] === 47)) e++;
      return e;
    }
  }
  return spacesAndNewlines(bytes, i, end, false);
};

/** The whole text is one piece. */
export const scanAll: Scanner = (_bytes, _start, end) => end;
