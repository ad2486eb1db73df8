import type { AlignedText } from '../../aligned-text.js';
import type { Normalizer } from '../../types.js';
import { transform, type Change } from '../transform.js';

const encoder = new TextEncoder();
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Bytes; the longest in use has 33. */
const maxReplacement = 1024;

/**
 * The character map of a SentencePiece model: a double-array trie (Darts) from UTF-8 to an offset in a list of
 * strings that end in NUL.
 *
 * Bytes: length of the trie in bytes (uint32, little endian), the trie, the strings.
 */
export class CharacterMap {
  private readonly trie: Uint32Array;
  private readonly strings: Uint8Array;

  /** @throws RangeError where the bytes are no character map. */
  constructor(readonly bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length < 4 ? 0 : view.getUint32(0, true);
    if (size === 0 || size % 4 !== 0 || size + 4 > bytes.length)
      throw new RangeError(`a character map begins with the size of its trie, found ${size} of ${bytes.length} bytes`);
    this.trie = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
    this.strings = bytes.subarray(4 + size);
  }

  /** What replaces `text`, by the shortest of its prefixes in the map; `null` if there is none. */
  get(text: string): string | null {
    const { trie, strings } = this;
    let unit = trie[0]!;
    let node = offset(unit);
    for (const byte of encoder.encode(text)) {
      if (byte === 0) return null;
      node ^= byte;
      unit = trie[node] ?? 0;
      if ((unit & 0x800000ff) >>> 0 !== byte) return null;
      node ^= offset(unit);
      if ((unit >>> 8) & 1) {
        const start = (trie[node] ?? 0) & 0x7fffffff;
        const end = strings.subarray(start, start + maxReplacement).indexOf(0);
        if (end < 0)
          throw new RangeError(
            `the character map has no end within ${maxReplacement} bytes for ${JSON.stringify(text)}`,
          );
        return new TextDecoder('utf-8', { ignoreBOM: true }).decode(strings.subarray(start, start + end));
      }
    }
    return null;
  }
}

const offset = (unit: number) => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;

/** Whether a grapheme is looked up whole. */
const isShort = (cluster: string) => cluster.length < 6 && encoder.encode(cluster).length < 6;

/** Replaces graphemes (up to five bytes) and characters by a SentencePiece character map. */
export class PrecompiledNormalizer implements Normalizer {
  readonly #known = new Map<string, string | null>();

  constructor(readonly map: CharacterMap) {}

  #get(text: string): string | null {
    let by = this.#known.get(text);
    if (by === undefined) {
      by = this.map.get(text);
      if (this.#known.size < 10_000) this.#known.set(text, by);
    }
    return by;
  }

  normalize(text: AlignedText): AlignedText {
    const clusters = [...graphemes(text.text)];
    // most texts stay as they are
    if (!clusters.some((cluster) => this.#isReplaced(cluster))) return text;
    const changes: Change[] = [];
    const put = (old: string) => {
      const by = this.#get(old);
      if (by === null) return false;
      const characters = [...by];
      const replaced = [...old].length;
      characters.forEach((c, i) => changes.push([c, i < replaced ? 0 : 1]));
      const last = changes.at(-1);
      if (last && characters.length < replaced) last[1] -= replaced - characters.length;
      return true;
    };
    for (const cluster of clusters)
      if (!(isShort(cluster) && put(cluster))) for (const c of cluster) if (!put(c)) changes.push([c, 0]);
    return transform(text, changes);
  }

  #isReplaced(cluster: string): boolean {
    if (isShort(cluster) && this.#get(cluster) !== null) return true;
    for (const c of cluster) if (this.#get(c) !== null) return true;
    return false;
  }

  toJSON() {
    let binary = '';
    for (const byte of this.map.bytes) binary += String.fromCharCode(byte);
    return { type: 'Precompiled', precompiled_charsmap: btoa(binary) };
  }
}

/** Extended grapheme clusters; those of ASCII and ideographs are found without the segmenter, which is slow. */
function* graphemes(text: string): Generator<string> {
  let rest = 0;
  for (const simple of text.matchAll(/[\t\n -~\u4e00-\u9fff]+(?![^\x00-\x7f\u4e00-\u9fff])/g)) {
    // a line feed belongs to the carriage return before it
    const start = text[simple.index] === '\n' && text[simple.index - 1] === '\r' ? simple.index + 1 : simple.index;
    if (rest < start) for (const { segment } of segmenter.segment(text.slice(rest, start))) yield segment;
    rest = simple.index + simple[0].length;
    for (let i = start; i < rest; i++) yield text[i]!;
  }
  if (rest < text.length) for (const { segment } of segmenter.segment(text.slice(rest))) yield segment;
}
