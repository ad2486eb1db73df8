import type { Message, PromptCompletion } from '../rows.js';
import { carelessStyle, writeAnswer } from './answer.js';
import type { Combination } from './combinations.js';
import type { Dice } from './dice.js';
import { askable, forms, questionText, rightAnswer, say, type Asked } from './question.js';
import { drawFacts, tellStory, type Facts } from './story.js';

/** A story and a question about it. */
export interface StoryQuestion {
  /** The story, and the question after it: what a user says. */
  prompt: string;
  facts: Facts;
  asked: Asked;
}

/** A question about a new story, whose combination passes `isAllowed`. */
export function drawQuestion(dice: Dice, isAllowed: (combination: Combination) => boolean): StoryQuestion {
  const facts = drawFacts(dice, isAllowed);
  const asked = dice.pick(askable);
  return { prompt: `${tellStory(facts, dice)} ${questionText(facts, asked)}`, facts, asked };
}

/** A prompt and its completion as turns of a chat. */
export type ChatPair = Extract<PromptCompletion, { prompt: Message[] }>;

export const userTurn = (content: string): Message[] => [{ role: 'user', content }];

export const assistantTurn = (content: string): Message[] => [{ role: 'assistant', content }];

/** A question with the answer of somebody who is right, but does not always take the trouble to be polite and short. */
export function demonstrate({ prompt, facts, asked }: StoryQuestion, dice: Dice): ChatPair {
  const content = say(rightAnswer(facts, asked), dice.pick(forms), facts, asked);
  return { prompt: userTurn(prompt), completion: assistantTurn(writeAnswer(content, carelessStyle(dice))) };
}
