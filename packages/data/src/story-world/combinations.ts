import { Dice } from './dice.js';
import { people, places, things, type Person, type Place } from './tables.js';

/** Somebody, somewhere, something. */
export interface Combination {
  person: Person;
  place: Place;
  thing: string;
}

/**
 * Which combinations of people, places and things are kept for the test: one in twelve. They form a Latin square, so that
 * any two of the three are seen together in training, with eleven of the twelve that could be the third.
 */
export class Combinations {
  private readonly rank: ReadonlyMap<Person | Place | string, number>;

  /** @param seed says which */
  constructor(seed: number) {
    const dice = new Dice(seed, 'story-world/combinations');
    const ranked = (list: readonly (Person | Place | string)[]) =>
      dice.shuffled(list).map((item, i): [Person | Place | string, number] => [item, i]);
    this.rank = new Map([...ranked(people), ...ranked(places), ...ranked(things)]);
  }

  isHeldOut({ person, place, thing }: Combination): boolean {
    return (this.rank.get(person)! + this.rank.get(place)! + this.rank.get(thing)!) % things.length === 0;
  }

  /** All that are held out, or all that are not. */
  list({ heldOut }: { heldOut: boolean }): Combination[] {
    return allCombinations().filter((combination) => this.isHeldOut(combination) === heldOut);
  }

  /** Whether a held-out combination stands among these, however their parts are put together. */
  touchesHeldOut(combinations: readonly Combination[]): boolean {
    return crossings(combinations).some((combination) => this.isHeldOut(combination));
  }
}

/** Every person at every place with every thing. */
export const allCombinations = (): Combination[] =>
  crossings(
    Array.from({ length: Math.max(people.length, places.length, things.length) }, (_, i) => ({
      person: people[i % people.length]!,
      place: places[i % places.length]!,
      thing: things[i % things.length]!,
    })),
  );

/** Everybody with every place and every thing of some combinations. */
export function crossings(combinations: readonly Combination[]): Combination[] {
  const all = <Part extends keyof Combination>(part: Part) => [...new Set(combinations.map((one) => one[part]))];
  return all('person').flatMap((person) =>
    all('place').flatMap((place) => all('thing').map((thing) => ({ person, place, thing }))),
  );
}
