import type { Message, Preference } from '../rows.js';
import { carelessStyle, drawPadding, writeAnswer, type Style } from './answer.js';
import type { Dice } from './dice.js';
import { forms, otherAnswers, rightAnswer, say, wrongAnswers } from './question.js';
import { assistantTurn, userTurn, type StoryQuestion } from './questions.js';
import { trueReward } from './true-reward.js';

/** A pair of answers to a question, and in what they differ. */
export type StoryPreference = Extract<Preference, { prompt: Message[] }> & { differsIn: Difference };

/**
 * What makes an answer better than another, all else being equal: the other says what is not in the story (`fact`), answers
 * another question (`kind`), is less polite (`manners`) or longer (`length`); or `several` of these.
 */
export type Difference = 'fact' | 'kind' | 'manners' | 'length' | 'several';

/** Two answers, of which the one with the higher true reward is chosen. */
export function prefer(question: StoryQuestion, dice: Dice): StoryPreference {
  const { prompt } = question;
  for (;;) {
    const differsIn = dice.weighted({ fact: 4, kind: 6, manners: 4, length: 2, several: 4 });
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
  fact: (question, dice) => rightOrWrong(question, dice, wrongAnswers),
  kind: (question, dice) => rightOrWrong(question, dice, otherAnswers),
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

type Mistakes = typeof wrongAnswers;

/** A right answer and a wrong one in the same style. */
function rightOrWrong(question: StoryQuestion, dice: Dice, mistakes: Mistakes): [string, string] {
  const style = carelessStyle(dice);
  const [right, wrong] = contents(question, dice, mistakes);
  return [writeAnswer(right, style), writeAnswer(wrong, style)];
}

/** The right content and a wrong one, said in the same form. */
function contents(
  { facts, asked }: StoryQuestion,
  dice: Dice,
  mistakes: Mistakes = dice.chance(0.5) ? wrongAnswers : otherAnswers,
): [right: string, wrong: string] {
  const form = dice.pick(forms);
  const answers = [rightAnswer(facts, asked), dice.pick(mistakes(facts, asked))];
  return answers.map((answer) => say(answer, form, facts, asked)) as [string, string];
}
