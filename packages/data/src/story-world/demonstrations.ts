import { paddings, writeAnswer, type AnswerStyle } from './answer.js';
import type { Dice } from './dice.js';
import type { Message, PromptCompletion } from '../rows.js';
import type { StoryQuestion } from './story-question.js';

/**
 * How somebody who was hired to answer might do it: always right, but not always polite or short. So there is something
 * left to learn from preferences.
 */
export function carelessStyle(dice: Dice): AnswerStyle {
  const style = {
    form: dice.weighted({ full: 4, short: 3, it: 3 }),
    manners: dice.weighted({ polite: 4, plain: 4, rude: 2 }),
    phrase: dice.below(5),
  };
  const sentences = Number(dice.weighted({ '0': 5, '1': 3, '2': 2 }));
  return { ...style, padding: dice.shuffled(paddings).slice(0, sentences).map(({ text }) => text) };
}

/** A question with the answer of somebody who does not always take the trouble to be polite and short. */
export function demonstration({ prompt, fact, asked }: StoryQuestion, dice: Dice): ChatPair {
  return { prompt: userTurn(prompt), completion: assistantTurn(writeAnswer(fact, asked, carelessStyle(dice))) };
}

/** A prompt and its completion as turns of a chat. */
export type ChatPair = Extract<PromptCompletion, { prompt: Message[] }>;

export const userTurn = (content: string): Message[] => [{ role: 'user', content }];

export const assistantTurn = (content: string): Message[] => [{ role: 'assistant', content }];
