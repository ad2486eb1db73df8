import type { Dice } from './dice.js';
import { askable, questionText, rightAnswer, say, type Asked } from './question.js';
import { placePhrase, tellStory, type Facts } from './story.js';

/** A story of the text to pretrain on: once it is told, parts of it come again, so that a model learns to look back. */
export function paragraph(facts: Facts, dice: Dice): string {
  const [first, second] = dice.shuffled(askable) as [Asked, Asked, ...Asked[]];
  return [tellStory(facts, dice), dice.pick(remarks)(facts), asks(facts, first), asks(facts, second)].join(' ');
}

const remarks: readonly ((facts: Facts) => string)[] = [
  ({ person, visitor, thing }) => `So ${person.name} gave the ${thing} to ${visitor.name}.`,
  ({ person, place, thing }) => `The ${thing} that ${person.name} found ${placePhrase(place)} was old.`,
  ({ person, visitor, place, day }) => `On ${day} ${person.name} and ${visitor.name} were ${placePhrase(place)}.`,
];

const asks = (facts: Facts, asked: Asked): string =>
  `"${questionText(facts, asked)}" said the teacher. "${say(rightAnswer(facts, asked), 'short', facts, asked)}"`;
