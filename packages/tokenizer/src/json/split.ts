import type { AlignedText } from '../aligned-text.js';
import type { Finder, Stretch } from '../regex/pattern.js';

/** What becomes of the delimiters of a split. */
export const splitBehaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
export type SplitBehavior = (typeof splitBehaviors)[number];

type Range = [start: number, end: number];

/** The ranges that remain of `stretches`, which cover a text. */
function ranges(stretches: readonly Stretch[], behavior: SplitBehavior): Range[] {
  if (behavior === 'Removed') return stretches.filter(([, , match]) => !match).map(([start, end]) => [start, end]);
  const merged: Range[] = [];
  let previous = false;
  const backwards = behavior === 'MergedWithNext';
  for (const [start, end, match] of backwards ? [...stretches].reverse() : stretches) {
    const last = merged.at(-1);
    const join = behavior === 'Contiguous' ? match === previous : behavior !== 'Isolated' && match && !previous;
    if (!join || !last) merged.push([start, end]);
    else if (backwards) last[0] = start;
    else last[1] = end;
    previous = match;
  }
  return backwards ? merged.reverse() : merged;
}

/** Cuts a text at what `finder` finds; `invert` takes what lies between the matches for the delimiters. */
export function splitText(text: AlignedText, finder: Finder, behavior: SplitBehavior, invert = false): AlignedText[] {
  let stretches = finder.find(text.text);
  if (invert) stretches = stretches.map(([start, end, match]) => [start, end, !match]);
  return ranges(stretches, behavior)
    .filter(([start, end]) => end > start)
    .map(([start, end]) => text.slice(start, end));
}
