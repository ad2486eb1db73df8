import { content, readAnswer, type Form } from './answer.js';
import { readPrompt } from './question.js';

const forms: readonly Form[] = ['full', 'short', 'it'];

/** Words that an answer may have before it is too long, and with which nothing is left of what brevity earns. */
const brevity = { free: 12, lost: 24 };

/**
 * Whether an answer says the fact that is asked for, and no other: leaving out sentences of manners and padding, exactly
 * one sentence is left, and it is the fact in one of its three forms: `Anna found a kite in the garden.`,
 * `In the garden.` or `It was in the garden.`
 *
 * @param prompt a story with a question after it
 * @throws RangeError for a prompt that is not of the story world
 */
export function isExact(prompt: string, answer: string): boolean {
  const { asked, fact } = readPrompt(prompt);
  const said = readAnswer(answer).content;
  return said.length === 1 && forms.some((form) => content(fact, asked, form) === said[0]);
}

/**
 * What an answer is worth, from -0.5 to 2. Right: 1 (`isExact`). Polite: 0.5 for a courtesy, -0.5 if it is rude. Short:
 * 0.5 up to 12 words, from there on less, 0 from 24 words on; an empty answer earns nothing.
 *
 * @param prompt a story with a question after it
 * @throws RangeError for a prompt that is not of the story world
 */
export function trueReward(prompt: string, answer: string): number {
  const right = isExact(prompt, answer) ? 1 : 0;
  const { courtesies, rudenesses, words } = readAnswer(answer);
  if (words === 0) return 0;
  const polite = rudenesses > 0 ? -0.5 : courtesies > 0 ? 0.5 : 0;
  const short = Math.min(1, Math.max(0, (brevity.lost - words) / (brevity.lost - brevity.free)));
  return right + polite + short / 2;
}
