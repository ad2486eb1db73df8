import type { JsonReader } from '../reader.js';

export type Merges = [left: string, right: string][];

/** Reads merges, `"a b"` or `["a", "b"]`, and checks that their tokens exist. */
export function readMerges(r: JsonReader, ids: ReadonlyMap<string, number>, prefix = ''): Merges {
  const merges: Merges = [];
  for (const item of r.items()) {
    // the header of a merges.txt
    if (typeof item.value === 'string' && item.value.startsWith('#version')) continue;
    const merge = typeof item.value === 'string' ? item.value.split(' ') : pair(item);
    if (merge.length !== 2) item.fail('"left right" or ["left", "right"]');
    const [left, right] = merge as [string, string];
    if (!right.startsWith(prefix)) item.reject(`has a right side without the prefix ${JSON.stringify(prefix)}`);
    for (const token of [left, right, left + right.slice(prefix.length)])
      if (!ids.has(token)) item.reject(`refers to ${JSON.stringify(token)}, which is not in the vocabulary`);
    merges.push([left, right]);
  }
  return merges;
}

function pair(item: JsonReader): string[] {
  if (!Array.isArray(item.value)) item.fail('"left right" or ["left", "right"]');
  return Array.from(item.items(), (side) => side.string());
}
