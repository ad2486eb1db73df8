import { allCombinations, type Combination } from './combinations.js';
import type { Dice } from './dice.js';
import { animals, days, type Animal, type Day, type Place } from './tables.js';

/** What a story tells: one of each kind, so that every question has one answer. */
export interface Facts extends Combination {
  day: Day;
  /** What comes later. */
  animal: Animal;
}

/** `in the garden` */
export const placePhrase = ({ preposition, name }: Place): string => `${preposition} the ${name}`;

/** Facts of a new story, whose combination passes `isAllowed`. */
export function drawFacts(dice: Dice, isAllowed: (combination: Combination) => boolean): Facts {
  let combination = dice.pick(allCombinations);
  while (!isAllowed(combination)) combination = dice.pick(allCombinations);
  return { ...combination, day: dice.pick(days), animal: dice.pick(animals) };
}

type Sentence = (facts: Facts) => string;

const beginnings: readonly Sentence[] = [
  ({ person, place, day }) => `On ${day} ${person.name} was ${placePhrase(place)}.`,
  ({ person, place, day }) => `${person.name} was ${placePhrase(place)} on ${day}.`,
  ({ person, place, day }) => `It was on ${day}, and ${person.name} was ${placePhrase(place)}.`,
];

const middles: readonly Sentence[] = [
  ({ person, thing }) => `There ${person.pronoun} found a ${thing}.`,
  ({ person, thing }) => `${person.pronoun === 'she' ? 'She' : 'He'} found a ${thing}.`,
  ({ person, thing }) => `Under a tree ${person.pronoun} found a ${thing}.`,
];

const ends: readonly Sentence[] = [
  ({ animal }) => `Later a ${animal} came.`,
  ({ animal }) => `Later a ${animal} came by.`,
  ({ animal }) => `Then it rained, and later a ${animal} came.`,
];

/** Three sentences that tell the facts. */
export const tellStory = (facts: Facts, dice: Dice): string =>
  [beginnings, middles, ends].map((sentences) => dice.pick(sentences)(facts)).join(' ');
