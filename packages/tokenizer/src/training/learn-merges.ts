import { alphabetBytes } from "../core/byte-alphabet.js";
import { PairTable } from "../core/pair-table.js";

/** Learns merges `[left, right, merged]` over words of bytes; ids of bytes are in alphabet order. */
export function learnMerges(
  words: Uint8Array[],
  counts: number[],
  maxMerges: number,
  minFrequency: number,
  onProgress?: (progress: { merges: number; total: number }) => void,
): [number, number, number][] {
  const idOfByte = new Int32Array(256);
  alphabetBytes.forEach((b, i) => (idOfByte[b] = i));
  const lists = words.map((w) => Array.from(w, (b) => idOfByte[b]!));
  const names = new Map<string, number>();
  const strings = alphabetBytes.map((b) => String.fromCharCode(b));
  strings.forEach((s, i) => names.set(s, i));
  const pairs = new PairTable(1 << 12);
  const left: number[] = [];
  const right: number[] = [];
  const count: number[] = [];
  const where: Set<number>[] = [];
  const add = (a: number, b: number, by: number, word: number) => {
    let p = pairs.get(a, b);
    if (p < 0) {
      p = count.length;
      pairs.set(a, b, p);
      left.push(a);
      right.push(b);
      count.push(0);
      where.push(new Set());
    }
    count[p]! += by;
    if (by > 0) where[p]!.add(word);
  };
  lists.forEach((ids, w) => {
    for (let i = 0; i + 1 < ids.length; i++)
      add(ids[i]!, ids[i + 1]!, counts[w]!, w);
  });
  const merges: [number, number, number][] = [];
  let made = 0;
  while (made < maxMerges) {
    let best = -1;
    for (let p = 0; p < count.length; p++) {
      if (count[p]! < 1) continue;
      if (best < 0 || count[p]! > count[best]!) best = p;
      else if (
        count[p] === count[best] &&
        (left[p]! < left[best]! ||
          (left[p] === left[best] && right[p]! < right[best]!))
      )
        best = p;
    }
    if (best < 0 || count[best]! < minFrequency) break;
    const a = left[best]!;
    const b = right[best]!;
    const s = strings[a]! + strings[b]!;
    let id = names.get(s);
    if (id === undefined) {
      id = strings.length;
      strings.push(s);
      names.set(s, id);
      made++;
    }
    merges.push([a, b, id]);
    for (const w of where[best]!) {
      const ids = lists[w]!;
      const n = counts[w]!;
      const next: number[] = [];
      for (let i = 0; i < ids.length; i++)
        if (ids[i] === a && ids[i + 1] === b) {
          next.push(id);
          i++;
        } else next.push(ids[i]!);
      for (let i = 0; i + 1 < ids.length; i++) add(ids[i]!, ids[i + 1]!, -n, w);
      for (let i = 0; i + 1 < next.length; i++)
        add(next[i]!, next[i + 1]!, n, w);
      lists[w] = next;
    }
    onProgress?.({ merges: made, total: maxMerges });
  }
  return merges;
}
