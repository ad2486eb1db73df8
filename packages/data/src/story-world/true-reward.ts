import { readAnswer } from './answer.js';
import { forms, readPrompt, rightAnswer, say } from './question.js';

/** Words that an answer may have before it is too long, and with which nothing is left of what brevity earns. */
const brevity = { free: 9, lost: 18 };

/**
 * Whether an answer says what is asked for and nothing else about the story: without sentences of manners and padding,
 * exactly one is left, such as `In the garden.`, `It was in the garden.` or `Anna was in the garden.`
 *
 * @param prompt a story with a question after it
 * @throws RangeError for a prompt that is not of the story world
 */
export function isExact(prompt: string, answer: string): boolean {
  const { facts, asked } = readPrompt(prompt);
  const { content } = readAnswer(answer);
  return (
    content.length === 1 && forms.some((form) => say(rightAnswer(facts, asked), form, facts, asked) === content[0])
  );
}

/**
 * What an answer is worth, from -0.5 to 2. Right: 1 (`isExact`). Polite: 0.5 for a courtesy, -0.5 if it is rude. Short:
 * 0.5 up to 9 words, from there on less, 0 from 18 words on; an empty answer earns nothing.
 *
 * @param prompt a story with a question after it
 * @throws RangeError for a prompt that is not of the story world
 */
export function trueReward(prompt: string, answer: string): number {
  const right = isExact(prompt, answer) ? 1 : 0;
  const { manners, words } = readAnswer(answer);
  if (words === 0) return 0;
  const short = Math.min(1, Math.max(0, (brevity.lost - words) / (brevity.lost - brevity.free)));
  return right + { polite: 0.5, plain: 0, rude: -0.5 }[manners] + short / 2;
}
