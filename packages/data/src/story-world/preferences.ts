import type { Message, Preference } from '../rows.js';
import { carelessStyle, drawPadding, writeAnswer, type Style } from './answer.js';
import type { Dice } from './dice.js';
import { forms, rightAnswer, say, wrongAnswers } from './question.js';
import { assistantTurn, userTurn, type StoryQuestion } from './questions.js';
import { trueReward } from './true-reward.js';

/** A pair of answers to a question, and in what they differ. */
export type StoryPreference = Extract<Preference, { prompt: Message[] }> & { differsIn: Difference };

/** One thing that makes an answer better than another, all else being equal; or `several`. */
export type Difference = 'fact' | 'manners' | 'length' | 'several';

/** Two answers, of which the one with the higher true reward is chosen. */
export function prefer(question: StoryQuestion, dice: Dice): StoryPreference {
  const { prompt } = question;
  for (;;) {
    const differsIn = dice.weighted({ fact: 5, manners: 2, length: 1, several: 2 });
    const [first, second] = pairs[differsIn](question, dice);
    const gain = trueReward(prompt, first) - trueReward(prompt, second);
    if (gain === 0) continue;
    const [chosen, rejected] = (gain > 0 ? [first, second] : [second, first]).map(assistantTurn) as [
      Message[],
      Message[],
    ];
    return { prompt: userTurn(prompt), chosen, rejected, differsIn };
  }
}

const pairs: Record<Difference, (question: StoryQuestion, dice: Dice) => [string, string]> = {
  fact: (question, dice) => {
    const [right, wrong] = contents(question, dice);
    const style = carelessStyle(dice);
    return [writeAnswer(right, style), writeAnswer(wrong, style)];
  },
  manners: (question, dice) => {
    const [content, style] = [dice.pick(contents(question, dice)), carelessStyle(dice)];
    const worse = dice.weighted({ rude: 1, plain: 1 });
    const write = (manners: Style['manners']) => writeAnswer(content, { ...style, manners });
    return [write('polite'), write(worse)];
  },
  length: (question, dice) => {
    const [content, style] = [dice.pick(contents(question, dice)), carelessStyle(dice)];
    const write = (padding: Style['padding']) => writeAnswer(content, { ...style, padding });
    return [write(null), write(drawPadding(dice))];
  },
  several: (question, dice) => {
    const write = () => writeAnswer(dice.pick(contents(question, dice)), carelessStyle(dice));
    return [write(), write()];
  },
};

/** The right content and a wrong one, said in the same form. */
function contents({ facts, asked }: StoryQuestion, dice: Dice): [right: string, wrong: string] {
  const form = dice.pick(forms);
  const answers = [rightAnswer(facts, asked), dice.pick(wrongAnswers(facts, asked))];
  return answers.map((answer) => say(answer, form, facts, asked)) as [string, string];
}
