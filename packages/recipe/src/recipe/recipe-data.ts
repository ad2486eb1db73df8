import { storyWorld, toMessages, type Preference, type SupervisedRow } from '@ashlar/data';
import type { RecipeConfig } from '../config/recipe-config.js';
import { fingerprint } from '../models/fingerprint.js';

/** Everything that the stages learn from and are examined with. */
export interface RecipeData {
  /** What the text is, for messages. */
  name: string;
  /** To pretrain on. */
  text: string;
  /** Questions with answers. */
  rows: readonly SupervisedRow[];
  /** @default the last rows, the part that the config says */
  heldOutRows?: readonly SupervisedRow[];
  /** Pairs of answers. */
  preferences: readonly Preference[];
  /** @default the last pairs, the part that the config says */
  heldOutPreferences?: readonly Preference[];
  /** To practise on with a reward. */
  questions: readonly string[];
  /** That every model is examined with. */
  heldOutQuestions: readonly string[];
  /** Whether the questions are the story world's: then answers can be judged by its true reward. */
  isStoryWorld: boolean;
  /** What the later stages can and cannot mean for this text; null where that needs no words. */
  note: string | null;
}

/** The story world: questions about combinations of people, places and things that no stage has seen are its test. */
export function storyWorldData({ seed, world }: Pick<RecipeConfig, 'seed' | 'world'>): RecipeData {
  const made = storyWorld({ seed, ...world });
  return {
    name: 'the story world',
    text: made.pretrainingText,
    rows: made.demonstrations,
    heldOutRows: made.heldOutDemonstrations,
    preferences: made.preferences,
    heldOutPreferences: made.heldOutPreferences,
    questions: made.questions,
    heldOutQuestions: made.heldOutQuestions,
    isStoryWorld: true,
    note: null,
  };
}

export interface OwnData {
  /** What the text is, for messages. */
  name: string;
  text: string;
  /** Questions with answers about it. @default the story world's */
  rows?: readonly SupervisedRow[];
  /** Pairs of answers. @default the story world's */
  preferences?: readonly Preference[];
}

/**
 * A text of one's own. What is not given with it is the story world's; `note` says what that means.
 *
 * @throws RangeError where no row has a question that could be asked
 */
export function ownData({ name, text, rows, preferences }: OwnData, config: RecipeConfig): RecipeData {
  const world = storyWorldData(config);
  const data: RecipeData = {
    ...world,
    name,
    text,
    note: noteOn({ rows: rows !== undefined, preferences: preferences !== undefined }),
  };
  if (preferences) {
    delete data.heldOutPreferences;
    data.preferences = preferences;
  }
  if (!rows) return data;
  delete data.heldOutRows;
  const questions = [...new Set(rows.flatMap(questionOf))];
  if (questions.length < 2)
    throw new RangeError(
      'the rows for fine-tuning ask fewer than two different questions: PPO needs some to practise on',
    );
  const cut = questions.length - Math.max(1, Math.round(questions.length * config.sft.heldOut));
  return {
    ...data,
    rows,
    questions: questions.slice(0, cut),
    heldOutQuestions: questions.slice(cut),
    isStoryWorld: false,
  };
}

/** What a resumed run is compared by. */
export async function dataFingerprint({ text, rows, preferences, questions }: RecipeData): Promise<string> {
  return fingerprint(JSON.stringify([text, rows, preferences, questions]));
}

function noteOn({ rows, preferences }: { rows: boolean; preferences: boolean }): string | null {
  if (rows && preferences) return null;
  if (rows)
    return "The preferences are the story world's: the reward model learns what manners are liked there, and nothing about your questions.";
  return (
    'Your text alone teaches to go on with it. Questions, answers and ' +
    `${preferences ? '' : 'preferences '}are those of the story world: the model learns from them how to answer, not what your text says.`
  );
}

/** What a row asks, where it asks one thing. */
export function questionOf(row: SupervisedRow): string[] {
  if ('text' in row) return [];
  const turns = 'messages' in row ? row.messages : toMessages(row).prompt;
  const [first] = turns as readonly { role: string; content: string }[];
  return first?.role === 'user' && ('messages' in row || turns.length === 1) ? [first.content] : [];
}
