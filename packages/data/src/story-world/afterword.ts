import { content } from './answer.js';
import type { Dice } from './dice.js';
import { plainFact, placePhrase, type Fact } from './fact.js';
import { askable, questionText } from './question.js';
import type { Story } from './story.js';

/** What is said about a story once it is told: parts of it come again, so that a model learns to look back. */
export function afterword({ facts }: Story, dice: Dice): string {
  const [first, second] = dice.chance(0.5) ? facts : [facts[1], facts[0]];
  return [dice.pick(remarks)(first, second, dice), dice.pick(remarks)(second, first, dice)].join(' ');
}

type Remark = (fact: Fact, other: Fact, dice: Dice) => string;

const remarks: readonly Remark[] = [
  ({ person, thing, place }) => `In the evening ${person.name} told a tale about the ${thing} ${placePhrase(place)}.`,
  (fact, { person }) => `Later ${person.name} heard that ${plainFact(fact)}.`,
  ({ person, verb, thing, place }) =>
    `The ${thing} was still on the mind of ${person.name}, for ${person.pronoun} ${verb.past} it ${placePhrase(place)}.`,
  asked,
  asked,
  asked,
];

function asked(fact: Fact, { person }: Fact, dice: Dice): string {
  const part = dice.pick(askable);
  const answer = content(fact, part, dice.pick(['full', 'it'])).slice(0, -1);
  return `"${questionText(fact, part)}" said the teacher. "${answer}," said ${person.name}.`;
}
