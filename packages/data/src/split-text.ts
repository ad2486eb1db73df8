/** A text in two parts: one to learn from, one to be examined on. */
export interface SplitText {
  train: string;
  heldOut: string;
}

/**
 * Holds out the end of a text, cut between two characters where nanoGPT cuts: after `floor(length * (1 - heldOut))`
 * of them, counted in code points as Python counts.
 *
 * @param options.heldOut part of the text that is held out, from 0 to below 1. @default 0.1
 * @throws RangeError for a text without characters
 */
export function splitText(text: string, { heldOut = 0.1 }: { heldOut?: number } = {}): SplitText {
  if (text === '') throw new RangeError('the text is empty');
  if (!(heldOut >= 0 && heldOut < 1)) throw new RangeError(`heldOut must be from 0 to below 1, found ${heldOut}`);
  const end = unitsOf(text, (characters) => Math.floor(characters * (1 - heldOut)));
  return { train: text.slice(0, end), heldOut: text.slice(end) };
}

/** Where the first `count(length)` code points of a text end, in the 16-bit units that strings are made of. */
function unitsOf(text: string, count: (length: number) => number): number {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return count(text.length);
  let length = 0;
  for (const _character of text) length++;
  let units = 0;
  for (let left = count(length); left > 0; left--) units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  return units;
}
