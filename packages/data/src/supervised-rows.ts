import { toConversational } from './converters.js';
import type { JsonObject } from './json-object.js';
import { kind, RowChecker, sameFormat } from './row-checks.js';
import type { SupervisedRow } from './rows.js';

/**
 * Finds out which of TRL's formats rows have (`prompt` and `completion`, `messages`, `text`; the first two as text or
 * as messages) and checks each of them. Further fields are left alone; `conversations` of `from` and `value` become
 * `messages`.
 *
 * @param options.name what the rows are, for messages. @default 'the rows'
 * @throws TypeError of one sentence that names file and line: formats that are mixed, a completion or an assistant's
 *   turn that is missing or empty, preference rows
 */
export function supervisedRows(
  rows: readonly JsonObject[],
  { name = 'the rows' }: { name?: string } = {},
): SupervisedRow[] {
  if (rows.length === 0) throw new TypeError(`${name}: there are no rows`);
  const converted = rows.map(toConversational);
  sameFormat(
    converted.map((row, i) => {
      const checker: RowChecker = new RowChecker(row, i, name);
      return { where: checker.where, format: checkedFormat(checker) };
    }),
  );
  return converted as unknown as SupervisedRow[];
}

function checkedFormat(row: RowChecker): string {
  if (row.has('prompt')) return checkedPromptCompletion(row);
  if (row.has('messages')) {
    if (!row.messages('messages').some(({ role }) => role === 'assistant'))
      row.fail('messages hold no turn of the assistant, so there is nothing to learn');
    return 'a chat (messages)';
  }
  if (row.has('text')) {
    if (typeof row.row['text'] !== 'string') row.fail(`text must be text, found ${kind(row.row['text'])}`);
    row.turns('text');
    return 'a text (text)';
  }
  if (row.has('chosen')) row.fail('a preference (chosen, rejected) is no row to fine-tune on');
  row.fail(
    `a row needs prompt and completion, messages or text, found ${Object.keys(row.row).join(', ') || 'nothing'}`,
  );
}

function checkedPromptCompletion(row: RowChecker): string {
  if (row.has('chosen')) row.fail('a preference (prompt, chosen, rejected) is no row to fine-tune on');
  if (!row.has('completion')) row.fail('the prompt has no completion');
  row.turns('prompt', { empty: true });
  row.turns('completion');
  row.sameKind(['prompt', 'completion']);
  return row.isTurns('prompt') ? 'prompt and completion as messages' : 'prompt and completion as text';
}
