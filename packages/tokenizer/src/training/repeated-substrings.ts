/** A substring that occurs at least twice: `text[start, start + length)`. */
export interface RepeatedSubstring {
  start: number;
  length: number;
  count: number;
}

/**
 * Every substring of 2 to `maxLength` characters that occurs at least twice and is followed by different characters at
 * different places: the inner nodes of the suffix tree of `text`.
 *
 * @param text code points; 0 ends a word, and no substring holds it
 */
export function repeatedSubstrings(text: Int32Array, maxLength: number): RepeatedSubstring[] {
  const places = Int32Array.from(text.keys());
  sortSuffixes(text, places, maxLength + 1);
  const found: RepeatedSubstring[] = [];
  // intervals of equal prefixes that are still open: the length of the prefix and where the interval begins
  const lengths = [0];
  const begins = [0];
  for (let i = 1; i <= places.length; i++) {
    const common = i < places.length ? commonPrefix(text, places[i - 1]!, places[i]!, maxLength + 1) : 0;
    let begin = i - 1;
    while (lengths[lengths.length - 1]! > common) {
      const length = lengths.pop()!;
      begin = begins.pop()!;
      const start = places[begin]!;
      if (length >= 2 && length <= maxLength && !text.subarray(start, start + length).includes(0))
        found.push({ start, length, count: i - begin });
    }
    if (lengths[lengths.length - 1]! < common) {
      lengths.push(common);
      begins.push(begin);
    }
  }
  return found;
}

function commonPrefix(text: Int32Array, a: number, b: number, limit: number): number {
  let n = 0;
  while (n < limit && a + n < text.length && b + n < text.length && text[a + n] === text[b + n])
    if (text[a + n++] === 0) break;
  return n;
}

/** Sorts suffixes by their first `depth` characters: quicksort in three parts, one character at a time. */
function sortSuffixes(text: Int32Array, places: Int32Array, depth: number): void {
  const stack = [0, places.length, 0];
  while (stack.length > 0) {
    const at = stack.pop()!;
    let high = stack.pop()!;
    let low = stack.pop()!;
    if (high - low < 2 || at >= depth) continue;
    const pivot = key(text, places[(low + high) >> 1]! + at);
    const [from, to] = [low, high];
    for (let i = low; i < high;) {
      const c = key(text, places[i]! + at);
      if (c < pivot) swap(places, low++, i++);
      else if (c > pivot) swap(places, i, --high);
      else i++;
    }
    stack.push(from, low, at, high, to, at);
    if (pivot > 0) stack.push(low, high, at + 1);
  }
}

const key = (text: Int32Array, i: number) => (i < text.length ? text[i]! : -1);

function swap(list: Int32Array, i: number, j: number): void {
  const x = list[i]!;
  list[i] = list[j]!;
  list[j] = x;
}
