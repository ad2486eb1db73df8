import { Dice } from './dice.js';
import { people, places, things, type Person, type Place, type Thing } from './tables.js';

/** Somebody, somewhere, something. */
export interface Combination {
  person: Person;
  place: Place;
  thing: Thing;
}

/** Every person at every place with every thing. */
export const allCombinations: readonly Combination[] = people.flatMap((person) =>
  places.flatMap((place) => things.map((thing) => ({ person, place, thing }))),
);

/**
 * Says which combinations are kept for the test: one in twelve. They form a Latin square, so that any two of the three
 * are seen together in training, with eleven of the twelve that could be the third.
 */
export function heldOutCombinations(seed: number): (combination: Combination) => boolean {
  const dice = new Dice(seed, 'story-world/combinations');
  const ranks = <T>(list: readonly T[]) => new Map(dice.shuffled(list).map((item, rank) => [item, rank]));
  const [who, where, what] = [ranks(people), ranks(places), ranks(things)];
  return ({ person, place, thing }) => (who.get(person)! + where.get(place)! + what.get(thing)!) % things.length === 0;
}
