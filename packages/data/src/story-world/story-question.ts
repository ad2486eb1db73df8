import { courtesies, writeAnswer } from './answer.js';
import type { Combinations } from './combinations.js';
import type { Dice } from './dice.js';
import type { Fact } from './fact.js';
import { askable, questionText, type Asked } from './question.js';
import { heldOutFacts, tellStory, trainingFacts } from './story.js';

/** A story, a question about it and what is to be known to answer. */
export interface StoryQuestion {
  /** The story, and the question after it: what the user says. */
  prompt: string;
  /** An answer that is right, polite and short: none has a higher true reward. */
  answer: string;
  asked: Asked;
  /** What is asked about. */
  fact: Fact;
  /** What the story also tells. */
  other: Fact;
}

/** A question about a new story, of combinations that are not held out. */
export const trainingQuestion = (dice: Dice, combinations: Combinations): StoryQuestion =>
  ask(trainingFacts(dice, combinations), dice.chance(0.5) ? 1 : 0, dice);

/** A question about a held-out combination, in a new story. */
export function heldOutQuestion(dice: Dice, combinations: Combinations): StoryQuestion {
  const index = dice.chance(0.5) ? 1 : 0;
  return ask(heldOutFacts(dice, combinations, index), index, dice);
}

function ask(facts: [Fact, Fact], index: 0 | 1, dice: Dice): StoryQuestion {
  const fact = facts[index];
  const asked = dice.pick(askable);
  const phrase = dice.below(courtesies.length);
  return {
    prompt: `${tellStory(facts, dice).text} ${questionText(fact, asked)}`,
    answer: writeAnswer(fact, asked, { form: 'full', manners: 'polite', phrase, padding: [] }),
    asked,
    fact,
    other: facts[1 - index]!,
  };
}
