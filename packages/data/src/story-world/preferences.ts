import type { Message, Preference } from '../rows.js';
import { paddings, writeAnswer, type AnswerStyle } from './answer.js';
import { assistantTurn, carelessStyle, userTurn } from './demonstrations.js';
import type { Dice } from './dice.js';
import type { Fact } from './fact.js';
import type { StoryQuestion } from './story-question.js';
import { trueReward } from './true-reward.js';

/** A pair of answers to a question, and in what they differ. */
export type StoryPreference = Extract<Preference, { prompt: Message[] }> & { differsIn: Difference };

/** One thing that makes an answer better than another, all else being equal; or `several`. */
export type Difference = 'fact' | 'manners' | 'length' | 'several';

/** An answer that may be wrong. */
interface Draft {
  style: AnswerStyle;
  right: boolean;
}

/** Two answers, of which the first has the higher true reward. */
export function preference(question: StoryQuestion, dice: Dice): StoryPreference {
  for (;;) {
    const differsIn = dice.weighted({ fact: 4, manners: 2, length: 1, several: 3 });
    const texts = pairs[differsIn](dice).map(({ style, right }) => write(question, style, right));
    const [first, second] = texts as [string, string];
    const gain = trueReward(question.prompt, first) - trueReward(question.prompt, second);
    if (gain === 0) continue;
    const [chosen, rejected] = gain > 0 ? [first, second] : [second, first];
    return { prompt: userTurn(question.prompt), chosen: assistantTurn(chosen), rejected: assistantTurn(rejected), differsIn };
  }
}

const pairs: Record<Difference, (dice: Dice) => [Draft, Draft]> = {
  fact: (dice) => {
    const style = carelessStyle(dice);
    return [
      { style, right: true },
      { style, right: false },
    ];
  },
  manners: (dice) => {
    const style = carelessStyle(dice);
    const right = dice.chance(0.75);
    return [
      { style: { ...style, manners: 'polite' }, right },
      { style: { ...style, manners: dice.weighted({ rude: 1, plain: 1 }) }, right },
    ];
  },
  length: (dice) => {
    const style = carelessStyle(dice);
    const right = dice.chance(0.75);
    return [
      { style: { ...style, padding: [] }, right },
      { style: { ...style, padding: dice.shuffled(paddings).slice(0, 2).map(({ text }) => text) }, right },
    ];
  },
  several: (dice) => {
    const draft = (): Draft => ({ style: carelessStyle(dice), right: dice.chance(0.6) });
    return [draft(), draft()];
  },
};

/** Where it is to be wrong, what the story tells of somebody else takes the place of what is asked for. */
function write({ fact, other, asked }: StoryQuestion, style: AnswerStyle, right: boolean): string {
  const part = { who: 'person', what: 'thing', where: 'place' }[asked] as keyof Fact;
  return writeAnswer(right ? fact : { ...fact, [part]: other[part] }, asked, style);
}
