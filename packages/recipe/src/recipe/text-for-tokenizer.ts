import { toMessages, type SupervisedRow } from '@ashlar/data';
import type { RecipeData } from './recipe-data.js';

const ROWS_TO_READ = 3000;

/** What a tokenizer learns from: the text, and the words of the first questions and answers, so that they are not cut into small pieces. */
export const textForTokenizer = ({ text, rows }: Pick<RecipeData, 'text' | 'rows'>): string =>
  [text, ...rows.slice(0, ROWS_TO_READ).map(textOf)].join('\n');

/** What a row says. */
function textOf(row: SupervisedRow): string {
  if ('text' in row) return row.text;
  const { messages } = 'messages' in row ? row : { messages: Object.values(toMessages(row)).flat() };
  return messages.map(({ content }) => content).join('\n');
}
