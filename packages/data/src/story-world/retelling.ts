import type { Dice } from './dice.js';
import { askable, questionText, rightAnswer, say, type Asked } from './question.js';
import { tellStory, type Facts } from './story.js';

/** A story of the text to pretrain on: once it is told, the teacher asks about it, so that a model learns to look back. */
export function paragraph(facts: Facts, dice: Dice): string {
  const asked = dice.shuffled(askable).slice(0, 2);
  return [tellStory(facts, dice), ...asked.map((part) => ask(facts, part))].join(' ');
}

const ask = (facts: Facts, asked: Asked): string =>
  `"${questionText(facts, asked)}" "${say(rightAnswer(facts, asked), 'short', facts, asked)}"`;
