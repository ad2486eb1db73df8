import { plainFact, placePhrase, sentence, type Fact } from './fact.js';
import type { Asked } from './question.js';

/** How the fact is said: `Anna found a kite in the garden.`, `In the garden.` or `It was in the garden.` */
export type Form = 'full' | 'short' | 'it';

/** How an answer treats who asked. */
export type Manners = 'polite' | 'plain' | 'rude';

/** An answer as it is put together. */
export interface AnswerStyle {
  form: Form;
  manners: Manners;
  /** Which of the courtesies or rudenesses. */
  phrase: number;
  /** Empty sentences around the fact. */
  padding: readonly string[];
}

/** A sentence that stands before or after the fact. */
interface Aside {
  text: string;
  before: boolean;
}

const before = (text: string): Aside => ({ text, before: true });
const after = (text: string): Aside => ({ text, before: false });

/** Sentences of good manners. A courtesy and the rudeness of the same index have equally many words. */
export const courtesies: readonly Aside[] = [
  before('Thank you for asking.'),
  before('I am glad to help.'),
  before('With pleasure.'),
  after('Have a nice day.'),
  after('You are welcome.'),
];

/** Sentences of bad manners. */
export const rudenesses: readonly Aside[] = [
  before('What a silly question.'),
  before('Do not ask me that.'),
  before('Not again.'),
  after('Now leave me alone.'),
  after('Ask somebody else.'),
];

/** Sentences that say nothing. */
export const paddings: readonly Aside[] = [
  before('Let me think about it for a moment.'),
  before('I have read the whole story once more.'),
  before('There are many people in this story.'),
  after('That is all that I know about it.'),
  after('I could say much more about the story.'),
];

/** The fact alone, without manners. */
export function content({ person, verb, thing, place }: Fact, asked: Asked, form: Form): string {
  if (form === 'full') return `${plainFact({ person, verb, thing, place })}.`;
  const part = { who: person.name, what: `a ${thing}`, where: placePhrase(place) }[asked];
  return form === 'it' ? `It was ${part}.` : `${sentence(part)}.`;
}

/** Puts an answer together: what stands before the fact, the fact, what stands after it. */
export function writeAnswer(fact: Fact, asked: Asked, { form, manners, phrase, padding }: AnswerStyle): string {
  const said = { polite: [courtesies[phrase]!], rude: [rudenesses[phrase]!], plain: [] }[manners];
  const asides = [...said, ...paddings.filter(({ text }) => padding.includes(text))];
  const texts = (side: boolean) => asides.filter((aside) => aside.before === side).map(({ text }) => text);
  return [...texts(true), content(fact, asked, form), ...texts(false)].join(' ');
}

/** An answer taken apart, sentence by sentence; `content` is what is neither manners nor padding. */
export function readAnswer(answer: string): { courtesies: number; rudenesses: number; content: string[]; words: number } {
  const sentences = answer.trim().split(/(?<=\.)\s+/);
  const isOneOf = (asides: readonly Aside[]) => (text: string) => asides.some((aside) => aside.text === text);
  const count = (asides: readonly Aside[]) => sentences.filter(isOneOf(asides)).length;
  return {
    courtesies: count(courtesies),
    rudenesses: count(rudenesses),
    content: sentences.filter((text) => text !== '' && !isOneOf([...courtesies, ...rudenesses, ...paddings])(text)),
    words: countWords(answer),
  };
}

/** Words of a text, as white space parts them. */
export const countWords = (text: string): number => text.split(/\s+/).filter(Boolean).length;
