import { originOf } from '@ashlar/data';
import type { RecipeConfig } from '../config/recipe-config.js';
import { chatPrompt, type ChatReader } from '../models/chat-format.js';
import { encodePreferences } from '../stages/reward.js';
import { splitRows } from '../stages/stage.js';
import { encodeRows } from '../stages/supervised.js';
import { questionOf, type RecipeData } from './recipe-data.js';
import type { StageName } from './stage-names.js';

/** Tokens of the longest row of each kind that a stage will see; 0 where none is to run. */
export interface Widest {
  rows: number;
  pairs: number;
  questions: number;
  heldOutQuestions: number;
}

export interface CheckedRows {
  widest: Widest;
  /** A sentence for each kind of one's own of which some are too long and so left out, with the file and row of the first. */
  leftOut: string[];
}

/** What rows are checked for. */
export interface RowCheck {
  config: RecipeConfig;
  data: RecipeData;
  reader: ChatReader;
  /** That are to run. */
  stages: readonly StageName[];
}

/** Of the story world's rows, which are all alike, so many are read. */
const ALIKE = 300;

/**
 * Reads what the stages will learn from and practise on: all that is one's own.
 *
 * @throws Error of one sentence, with file and row, where a stage would be left with nothing
 */
export function checkRows({ config, data, reader, stages }: RowCheck): CheckedRows {
  const { contextLength } = reader.model.config;
  const widest: Widest = { rows: 0, pairs: 0, questions: 0, heldOutQuestions: 0 };
  const leftOut: string[] = [];
  const see = <T extends object | string>(kind: keyof Widest, all: readonly T[], { what, read, why }: Reading<T>) => {
    const isOwn = all.length > 0 && whereOf(all[0]!, data) !== null;
    const items = isOwn ? all : all.slice(0, ALIKE);
    const lengths = items.map(read);
    const long = lengths.findIndex((length) => length === null);
    const fitting = lengths.filter((length) => length !== null);
    widest[kind] = fitting.reduce((most, length) => Math.max(most, length), widest[kind]);
    if (long < 0) return;
    const sentence = `${whereOf(items[long]!, data) ?? `${what}, the story world's number ${long + 1}`}: ${why(items[long]!)}`;
    if (fitting.length === 0)
      throw new Error(
        `${sentence}${items.length > 1 ? `, and of all ${items.length} ${what} none fits` : ''}: give shorter ones, or a larger model.contextLength`,
      );
    if (isOwn) leftOut.push(`${items.length - fitting.length} of ${items.length} ${what} are left out; ${sentence}`);
  };

  if (stages.includes('sft') || stages.includes('lora')) {
    const { training, heldOut } = splitRows(data.rows, config.sft.heldOut, data.heldOutRows);
    const read = (row: (typeof training)[number]) => encodeRows(reader, [row])[0]?.inputIds.length ?? null;
    const why = () => `nothing of the answer is left in a context of ${contextLength} tokens`;
    see('rows', training, { what: 'rows to learn from', read, why });
    see('rows', heldOut, { what: 'held-out rows', read, why });
  }
  if (stages.includes('reward')) {
    const { training, heldOut } = splitRows(data.preferences, config.reward.heldOut, data.heldOutPreferences);
    const read = (row: (typeof training)[number]) => {
      const [pair] = encodePreferences(reader, [row]);
      return pair ? Math.max(pair.chosen.length, pair.rejected.length) : null;
    };
    const why = () => `one of its answers ends beyond the context of ${contextLength} tokens, or both are the same`;
    see('pairs', training, { what: 'pairs to learn from', read, why });
    see('pairs', heldOut, { what: 'held-out pairs', read, why });
  }
  const asked = (kind: 'questions' | 'heldOutQuestions', room: number) => {
    const what = kind === 'questions' ? 'questions to practise on' : 'held-out questions';
    const tokens = (question: string) => chatPrompt(reader, question).length;
    const read = (question: string) => {
      const length = tokens(question);
      return length + room <= contextLength ? length : null;
    };
    const why = (question: string) =>
      `its question of ${tokens(question)} tokens leaves less than the ${room} of an answer in a context of ${contextLength}`;
    see(kind, data[kind], { what, read, why });
  };
  if (stages.includes('ppo')) asked('questions', config.ppo.maxNewTokens);
  if (stages.some((stage) => stage !== 'tokenizer' && stage !== 'pretrain'))
    asked('heldOutQuestions', config.report.maxNewTokens);
  return { widest, leftOut };
}

interface Reading<T> {
  /** In the plural. */
  what: string;
  /** Its tokens; null for one that is left out. */
  read: (item: T) => number | null;
  why: (item: T) => string;
}

/** File and row of a row, or of a question; null where it comes from no file. */
function whereOf(item: object | string, { rows }: RecipeData): string | null {
  const row = typeof item === 'string' ? rows.find((one) => questionOf(one).includes(item)) : item;
  return row ? originOf(row) : null;
}
