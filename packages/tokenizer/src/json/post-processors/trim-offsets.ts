import type { Encoding } from '../../types.js';

const leading = /^[Ġ\p{White_Space}]*/u;
const trailing = /[Ġ\p{White_Space}]*$/u;

/** Leaves the spaces at the ends of byte-level tokens out of their offsets. */
export function trimOffsets(encoding: Encoding, addPrefixSpace: boolean): Encoding {
  const offsets = encoding.offsets.map(([start, end], i): [number, number] => {
    const token = encoding.tokens[i]!;
    let before = leading.exec(token)![0].length;
    const after = token.length - before === 0 ? before : trailing.exec(token)![0].length;
    // a single space at the start of the text was prepended: it takes no room there
    if ((i === 0 || start === 0) && addPrefixSpace && before === 1) before = 0;
    const from = before > 0 ? Math.min(start + before, end) : start;
    return [from, after > 0 && end >= after ? Math.max(end - after, from) : end];
  });
  return {
    ...encoding,
    offsets,
    overflowing: encoding.overflowing.map((window) => trimOffsets(window, addPrefixSpace)),
  };
}
