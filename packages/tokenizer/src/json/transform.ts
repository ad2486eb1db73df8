import { AlignedText } from '../aligned-text.js';
import type { Stretch } from '../regex/pattern.js';

/**
 * One character of a text's new form and what it stands for: 0 replaces the next old character, 1 is new (it shares
 * the place of the old character before it), `-n` replaces the next and drops the `n` after that.
 */
export type Change = [character: string, change: number];

const plenty = 2 ** 20;

/** Normalizers that double a text again and again must not take all memory. */
function checkGrowth(text: AlignedText, length: number): void {
  const [start, end] = text.sourceRange(0, text.text.length);
  if (length > plenty && length > 16 * (end - start))
    throw new RangeError(`the normalizer makes ${length} units of ${end - start}, more than 16 times as many`);
}

const widthAt = (text: string, i: number) => (text.codePointAt(i)! > 0xffff ? 2 : 1);

/**
 * Rewrites units `[start, end)` of a text character by character, as `tokenizers` does in its `NormalizedString`:
 * the alignments that come out are its, to the unit.
 *
 * @param removed How many old characters are dropped before the first new one.
 */
export function transform(
  text: AlignedText,
  changes: readonly Change[],
  removed = 0,
  start = 0,
  end = text.text.length,
): AlignedText {
  const old = text.text;
  if (old === '') return text;
  const skip = (at: number, characters: number) => {
    for (; characters > 0 && at < end; characters--) at += widthAt(old, at);
    return at;
  };
  const inserted = changes.reduce((units, [c]) => units + c.length, 0);
  const length = old.length - (end - start) + inserted;
  checkGrowth(text, length);
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  let to = 0;
  const keep = (from: number, until: number) => {
    for (let i = from; i < until; i++, to++) [starts[to], ends[to]] = unitRange(text, i);
  };
  keep(0, start);
  let at = skip(start, removed);
  for (const [c, change] of changes) {
    let range: readonly [number, number] = [text.sourceStart, text.sourceStart];
    if (change > 0) {
      if (at > 0) range = characterRange(text, previous(old, at));
    } else {
      if (at < old.length) range = characterRange(text, at);
      at = skip(at, 1 - change);
    }
    starts.fill(range[0], to, to + c.length);
    ends.fill(range[1], to, to + c.length);
    to += c.length;
  }
  keep(end, old.length);
  return new AlignedText(
    old.slice(0, start) + changes.map(([c]) => c).join('') + old.slice(end),
    text.sourceStart,
    starts,
    ends,
  );
}

/** Every match among `stretches` (they cover the text) becomes `content`, which stands for its last character. */
export function replaceMatches(text: AlignedText, stretches: readonly Stretch[], content: string): AlignedText {
  if (!stretches.some(([, , match]) => match)) return text;
  const length = stretches.reduce((sum, [start, end, match]) => sum + (match ? content.length : end - start), 0);
  checkGrowth(text, length);
  const starts = new Int32Array(length);
  const ends = new Int32Array(length);
  const parts: string[] = [];
  let to = 0;
  for (const [start, end, match] of stretches) {
    parts.push(match ? content : text.text.slice(start, end));
    if (match) {
      const [from, until] =
        end > 0 ? characterRange(text, previous(text.text, end)) : [text.sourceStart, text.sourceStart];
      starts.fill(from, to, to + content.length);
      ends.fill(until, to, to + content.length);
      to += content.length;
    } else for (let i = start; i < end; i++, to++) [starts[to], ends[to]] = unitRange(text, i);
  }
  return new AlignedText(parts.join(''), text.sourceStart, starts, ends);
}

/** Where the character that ends before `at` begins. */
function previous(text: string, at: number): number {
  return at > 1 && text.codePointAt(at - 2)! > 0xffff ? at - 2 : at - 1;
}

function unitRange(text: AlignedText, i: number): readonly [number, number] {
  return text.starts && text.ends ? [text.starts[i]!, text.ends[i]!] : [text.sourceStart + i, text.sourceStart + i + 1];
}

function characterRange(text: AlignedText, i: number): readonly [number, number] {
  return [unitRange(text, i)[0], unitRange(text, i + widthAt(text.text, i) - 1)[1]];
}

/** Every character through `change`: the characters that take its place, none to drop it. */
export function mapCharacters(text: AlignedText, change: (c: string) => string): AlignedText {
  if (isFixed(text.text, change)) return text;
  const changes: Change[] = [];
  let removed = 0;
  for (const c of text.text) {
    const by = change(c);
    if (by === '') {
      const last = changes.at(-1);
      if (last) last[1]--;
      else removed++;
    }
    let step = 0;
    for (const character of by) {
      changes.push([character, step]);
      step = 1;
    }
  }
  return transform(text, changes, removed);
}

function isFixed(text: string, change: (c: string) => string): boolean {
  for (const c of text) if (change(c) !== c) return false;
  return true;
}

/** Puts `prefix` before a text that is not empty; all of it stands for the first character. */
export function prepend(text: AlignedText, prefix: string): AlignedText {
  if (text.text === '' || prefix === '') return text;
  const first = String.fromCodePoint(text.text.codePointAt(0)!);
  const changes = [...prefix].map((c, i): Change => [c, i === 0 ? 0 : 1]);
  return transform(text, [...changes, [first, 1]], 0, 0, first.length);
}
