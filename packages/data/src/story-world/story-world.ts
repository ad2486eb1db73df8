import { Dice } from './dice.js';
import { heldOutCombinations, type Combination } from './combinations.js';
import { prefer, type StoryPreference } from './preferences.js';
import { demonstrate, drawQuestion, type ChatPair } from './questions.js';
import { paragraph } from './retelling.js';
import { drawFacts } from './story.js';

/** How much of a story world is made; all numbers count rows. */
export interface StoryWorldOptions {
  /** Of everything; the same gives the same world. @default 1337 */
  seed?: number;
  /** Stories of the text to pretrain on. @default 12000 */
  stories?: number;
  /** @default 12000 */
  demonstrations?: number;
  /** @default 12000 */
  preferences?: number;
  /** Questions to practise on. @default 4000 */
  questions?: number;
  /** Rows of each held-out part. @default 400 */
  heldOut?: number;
}

/** A small world of people, places and things, as a text and as data for every stage after it. */
export interface StoryWorld {
  /** Stories, each a paragraph, in simple English: to pretrain on. */
  pretrainingText: string;
  /** Questions with answers, not all of them polite and short: to fine-tune on. */
  demonstrations: ChatPair[];
  /** Pairs of answers: to train a reward model on. */
  preferences: StoryPreference[];
  /** Questions to practise on with a reward. */
  questions: string[];
  /** Questions about combinations that none of the parts above has. */
  heldOutQuestions: string[];
  /** Demonstrations about such combinations. */
  heldOutDemonstrations: ChatPair[];
  /** Pairs about such combinations. */
  heldOutPreferences: StoryPreference[];
}

/**
 * Makes a small world of stories. One in twelve combinations of a person, a place and a thing is held out: the three never
 * stand in one story of a part to train on, while any two of them do.
 */
export function storyWorld({
  seed = 1337,
  stories = 12_000,
  demonstrations = 12_000,
  preferences = 12_000,
  questions = 4_000,
  heldOut = 400,
}: StoryWorldOptions = {}): StoryWorld {
  const isHeldOut = heldOutCombinations(seed);
  const isSeen = (combination: Combination) => !isHeldOut(combination);
  const rows = <Row>(count: number, name: string, make: (dice: Dice) => Row): Row[] => {
    const dice = new Dice(seed, `story-world/${name}`);
    return Array.from({ length: count }, () => make(dice));
  };
  const training = (dice: Dice) => drawQuestion(dice, isSeen);
  const test = (dice: Dice) => drawQuestion(dice, isHeldOut);
  return {
    pretrainingText: rows(stories, 'stories', (dice) => `${paragraph(drawFacts(dice, isSeen), dice)}\n\n`).join(''),
    demonstrations: rows(demonstrations, 'demonstrations', (dice) => demonstrate(training(dice), dice)),
    preferences: rows(preferences, 'preferences', (dice) => prefer(training(dice), dice)),
    questions: rows(questions, 'questions', (dice) => training(dice).prompt),
    heldOutQuestions: rows(heldOut, 'held-out questions', (dice) => test(dice).prompt),
    heldOutDemonstrations: rows(heldOut, 'held-out demonstrations', (dice) => demonstrate(test(dice), dice)),
    heldOutPreferences: rows(heldOut, 'held-out preferences', (dice) => prefer(test(dice), dice)),
  };
}
