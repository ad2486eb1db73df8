import type { Combination } from './combinations.js';
import { people, places, things, verbs, type Place, type Verb } from './tables.js';

/** What a story tells: who did what to which thing, and where. */
export interface Fact extends Combination {
  verb: Verb;
}

/** `in the garden` */
export const placePhrase = ({ preposition, name }: Place): string => `${preposition} the ${name}`;

/** Begins with a capital letter. */
export const sentence = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** `Anna found a kite in the garden` */
export const plainFact = ({ person, verb, thing, place }: Fact): string =>
  `${person.name} ${verb.past} a ${thing} ${placePhrase(place)}`;

/** `In the garden Anna found a kite` */
export const placeFirst = ({ person, verb, thing, place }: Fact): string =>
  sentence(`${placePhrase(place)} ${person.name} ${verb.past} a ${thing}`);

const oneOf = (words: readonly string[]) => `(${words.join('|')})`;
const who = oneOf(people.map(({ name }) => name));
const did = oneOf(verbs.map(({ past }) => past));
const what = oneOf(things);
const where = `(?:[Ii]n|[Aa]t|[Oo]n|[Bb]y) the ${oneOf(places.map(({ name }) => name))}`;
const facts = new RegExp(`${who} ${did} a ${what} ${where}\\.|${where} ${who} ${did} a ${what}\\.`, 'g');

/** The facts that a text tells, in its order, whichever way round. */
export function readFacts(text: string): Fact[] {
  return [...text.matchAll(facts)].map((match) => {
    const words = match.slice(1).filter((word) => word !== undefined);
    return {
      person: people.find(({ name }) => words.includes(name))!,
      verb: verbs.find(({ past }) => words.includes(past))!,
      thing: things.find((thing) => words.includes(thing))!,
      place: places.find(({ name }) => words.includes(name))!,
    };
  });
}
