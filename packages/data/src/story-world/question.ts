import { placePhrase, type Facts } from './story.js';
import { animals, days, people, places, things } from './tables.js';

/** What can be asked about a story. */
export const askable = ['who', 'what', 'where', 'when', 'animal'] as const;

export type Asked = (typeof askable)[number];

interface Kind {
  question: (facts: Facts) => string;
  /** What is asked for, as it stands in an answer: `in the garden`. */
  answer: (facts: Facts) => string;
  /** The same as a whole sentence: `Anna was in the garden.` */
  sentence: (answer: string, facts: Facts) => string;
  /** All that could be asked for. */
  possible: readonly string[];
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);

const names = people.map(({ name }) => name);

const kinds: Record<Asked, Kind> = {
  who: {
    question: ({ thing }) => `Who found the ${thing}?`,
    answer: ({ person }) => person.name,
    sentence: (answer, { thing }) => `${answer} found the ${thing}.`,
    possible: names,
  },
  what: {
    question: ({ person }) => `What did ${person.name} find?`,
    answer: ({ thing }) => `a ${thing}`,
    sentence: (answer, { person }) => `${person.name} found ${answer}.`,
    possible: things.map((thing) => `a ${thing}`),
  },
  where: {
    question: ({ person }) => `Where was ${person.name}?`,
    answer: ({ place }) => placePhrase(place),
    sentence: (answer, { person }) => `${person.name} was ${answer}.`,
    possible: places.map(placePhrase),
  },
  when: {
    question: () => 'When was that?',
    answer: ({ day }) => `on ${day}`,
    sentence: (answer) => `That was ${answer}.`,
    possible: days.map((day) => `on ${day}`),
  },
  animal: {
    question: () => 'What came later?',
    answer: ({ animal }) => `a ${animal}`,
    sentence: (answer) => `${capital(answer)} came later.`,
    possible: animals.map((animal) => `a ${animal}`),
  },
};

/** A question, as it stands behind a story. */
export const questionText = (facts: Facts, asked: Asked): string => kinds[asked].question(facts);

/** What answers it, without more: `in the garden`. */
export const rightAnswer = (facts: Facts, asked: Asked): string => kinds[asked].answer(facts);

/** What could have been the answer, and is not. */
export const wrongAnswers = (facts: Facts, asked: Asked): string[] =>
  kinds[asked].possible.filter((answer) => answer !== rightAnswer(facts, asked));

/** What would have answered the other questions. */
export const otherAnswers = (facts: Facts, asked: Asked): string[] =>
  askable.filter((kind) => kind !== asked).map((kind) => rightAnswer(facts, kind));

/** How an answer is said: `Anna was in the garden.`, `In the garden.` or `It was in the garden.` */
export const forms = ['full', 'short', 'it'] as const;

export type Form = (typeof forms)[number];

/** An answer as a sentence. */
export function say(answer: string, form: Form, facts: Facts, asked: Asked): string {
  if (form === 'full') return kinds[asked].sentence(answer, facts);
  return form === 'it' ? `It was ${answer}.` : `${capital(answer)}.`;
}

/**
 * Reads a prompt, a story with a question after it, as a person would: by its words alone.
 *
 * @throws RangeError for a text that is no question about a story of this world
 */
export function readPrompt(prompt: string): { facts: Facts; asked: Asked } {
  const words = prompt.split(/[^A-Za-z]+/);
  const person = people.find(({ name }) => words.includes(name));
  const animal = animals.find((name) => words.includes(name));
  const place = places.find(({ name }) => words.includes(name));
  const thing = things.find((name) => words.includes(name));
  const day = days.find((name) => words.includes(name));
  if (person && animal && place && thing && day) {
    const facts = { person, animal, place, thing, day };
    const asked = askable.find((kind) => prompt.trim().endsWith(questionText(facts, kind)));
    if (asked) return { facts, asked };
  }
  const end = prompt.length > 80 ? `…${prompt.slice(-80)}` : prompt;
  throw new RangeError(`the prompt is no question about a story of the story world: ${JSON.stringify(end)}`);
}
