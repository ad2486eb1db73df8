import type { Combinations } from './combinations.js';
import type { Dice } from './dice.js';
import { placeFirst, plainFact, type Fact } from './fact.js';
import { people, places, things, verbs } from './tables.js';

/** Two things that happened, and how they were told. */
export interface Story {
  facts: readonly [Fact, Fact];
  text: string;
}

const openings = [
  'It was a sunny day.',
  'It was a cold morning.',
  'The wind was strong that day.',
  'It was the first day of spring.',
  'All was quiet in the town.',
];

const interludes = ['Then it began to rain.', 'A dog ran by.', 'The sun came out.', 'Soon a bell rang.'];

/** Tells two facts. */
export function tellStory(facts: readonly [Fact, Fact], dice: Dice): Story {
  const tell = (fact: Fact) => `${dice.chance(0.5) ? plainFact(fact) : placeFirst(fact)}.`;
  const text = [
    dice.pick(openings),
    tell(facts[0]),
    ...(dice.chance(0.5) ? [dice.pick(interludes)] : []),
    tell(facts[1]),
  ].join(' ');
  return { facts, text };
}

/** Two facts of different people, places and things, of which no held-out combination could be made. */
export function trainingFacts(dice: Dice, combinations: Combinations): [Fact, Fact] {
  for (;;) {
    const facts = twoFacts(dice);
    if (!combinations.touchesHeldOut(facts)) return facts;
  }
}

/** Two facts of different people, places and things; the one of the index given is a held-out combination. */
export function heldOutFacts(dice: Dice, combinations: Combinations, index: 0 | 1): [Fact, Fact] {
  for (;;) {
    const facts = twoFacts(dice);
    if (combinations.isHeldOut(facts[index])) return facts;
  }
}

function twoFacts(dice: Dice): [Fact, Fact] {
  const two = <T>(list: readonly T[]): [T, T] => {
    const first = dice.below(list.length);
    return [list[first]!, list[(first + 1 + dice.below(list.length - 1)) % list.length]!];
  };
  const [who, where, what] = [two(people), two(places), two(things)];
  const fact = (i: 0 | 1): Fact => ({ person: who[i], place: where[i], thing: what[i], verb: dice.pick(verbs) });
  return [fact(0), fact(1)];
}
