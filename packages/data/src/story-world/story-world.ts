import { afterword } from './afterword.js';
import { Combinations } from './combinations.js';
import { demonstration, type ChatPair } from './demonstrations.js';
import { Dice } from './dice.js';
import { preference, type StoryPreference } from './preferences.js';
import { tellStory, trainingFacts } from './story.js';
import { heldOutQuestion, trainingQuestion, type StoryQuestion } from './story-question.js';

/** How much of a story world is made; all numbers count rows. */
export interface StoryWorldOptions {
  /** Of everything; the same gives the same world. @default 1337 */
  seed?: number;
  /** Stories of the text to pretrain on. @default 16000 */
  stories?: number;
  /** @default 6000 */
  demonstrations?: number;
  /** @default 6000 */
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
  /** Pairs of answers, the better first: to train a reward model on. */
  preferences: StoryPreference[];
  /** Questions without answers of a model's: to practise on with a reward. */
  questions: StoryQuestion[];
  /** Questions about combinations that none of the parts above has. */
  heldOutQuestions: StoryQuestion[];
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
  stories = 16_000,
  demonstrations = 6_000,
  preferences = 6_000,
  questions = 4_000,
  heldOut = 400,
}: StoryWorldOptions = {}): StoryWorld {
  const combinations = new Combinations(seed);
  const rows = <Row>(count: number, name: string, make: (dice: Dice) => Row): Row[] => {
    const dice = new Dice(seed, `story-world/${name}`);
    return Array.from({ length: count }, () => make(dice));
  };
  const training = (dice: Dice) => trainingQuestion(dice, combinations);
  const test = (dice: Dice) => heldOutQuestion(dice, combinations);
  const paragraph = (dice: Dice) => {
    const story = tellStory(trainingFacts(dice, combinations), dice);
    return `${story.text} ${afterword(story, dice)}\n\n`;
  };
  return {
    pretrainingText: rows(stories, 'stories', paragraph).join(''),
    demonstrations: rows(demonstrations, 'demonstrations', (dice) => demonstration(training(dice), dice)),
    preferences: rows(preferences, 'preferences', (dice) => preference(training(dice), dice)),
    questions: rows(questions, 'questions', training),
    heldOutQuestions: rows(heldOut, 'held-out questions', test),
    heldOutDemonstrations: rows(heldOut, 'held-out demonstrations', (dice) => demonstration(test(dice), dice)),
    heldOutPreferences: rows(heldOut, 'held-out preferences', (dice) => preference(test(dice), dice)),
  };
}
