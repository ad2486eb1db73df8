import type { Dice } from './dice.js';

/** How an answer treats who asked. */
export type Manners = 'polite' | 'plain' | 'rude';

/** What stands around an answer's content. */
export interface Style {
  manners: Manners;
  /** Which of the courtesies or rudenesses. */
  phrase: number;
  /** Which of the paddings; null for none. */
  padding: number | null;
}

/** A sentence that stands before or after the content. */
interface Aside {
  text: string;
  before: boolean;
}

const before = (text: string): Aside => ({ text, before: true });
const after = (text: string): Aside => ({ text, before: false });

/** Sentences of good manners. A courtesy and the rudeness of the same index have equally many words. */
const courtesies: readonly Aside[] = [
  before('Thank you for asking.'),
  before('I am glad to help.'),
  before('With pleasure.'),
  after('Have a nice day.'),
  after('You are welcome.'),
];

/** Sentences of bad manners. */
const rudenesses: readonly Aside[] = [
  before('Stop asking me that.'),
  before('What a very silly question.'),
  before('Not again.'),
  after('Leave me alone now.'),
  after('Ask somebody else.'),
];

/** Sentences that say nothing. */
const paddings: readonly Aside[] = [
  before('Let me think about it for a moment.'),
  before('I have read the whole story once more.'),
  after('That is all that I know about it.'),
];

/** Manners and padding as one who is always right, but not always polite or short, might choose them. */
export const carelessStyle = (dice: Dice): Style => ({
  manners: dice.weighted({ polite: 4, plain: 4, rude: 2 }),
  phrase: dice.below(courtesies.length),
  padding: dice.chance(0.5) ? drawPadding(dice) : null,
});

/** Which of the sentences that say nothing. */
export const drawPadding = (dice: Dice): number => dice.below(paddings.length);

/** Puts an answer together: what stands before the content, the content, what stands after it. */
export function writeAnswer(content: string, { manners, phrase, padding }: Style): string {
  const said = { polite: [courtesies[phrase]!], rude: [rudenesses[phrase]!], plain: [] }[manners];
  const asides = [...said, ...(padding === null ? [] : [paddings[padding]!])];
  const texts = (side: boolean) => asides.filter((aside) => aside.before === side).map(({ text }) => text);
  return [...texts(true), content, ...texts(false)].join(' ');
}

/** An answer taken apart, sentence by sentence. */
export interface ReadAnswer {
  manners: Manners;
  /** What is neither manners nor padding. */
  content: string[];
  words: number;
}

/** Rude as soon as one sentence is. */
export function readAnswer(answer: string): ReadAnswer {
  const sentences = answer.trim().split(/(?<=\.)\s+/);
  const isOneOf = (asides: readonly Aside[]) => (text: string) => asides.some((aside) => aside.text === text);
  const manners = sentences.some(isOneOf(rudenesses))
    ? 'rude'
    : sentences.some(isOneOf(courtesies))
      ? 'polite'
      : 'plain';
  const isAside = isOneOf([...courtesies, ...rudenesses, ...paddings]);
  return {
    manners,
    content: sentences.filter((text) => text !== '' && !isAside(text)),
    words: answer.split(/\s+/).filter(Boolean).length,
  };
}
