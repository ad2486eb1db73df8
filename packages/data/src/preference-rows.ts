import { sameTurns } from './converters.js';
import type { JsonObject } from './json-object.js';
import { kind, RowChecker, sameFormat, type Turns } from './row-checks.js';
import type { Preference } from './rows.js';

/**
 * Finds out which of TRL's preference formats rows have (`prompt`, `chosen`, `rejected`, or `chosen` and `rejected`
 * that both begin with the prompt; as text or as messages) and checks each of them. Further fields are left alone.
 *
 * @param options.name what the rows are, for messages. @default 'the rows'
 * @throws TypeError of one sentence that names file and line: formats that are mixed, a side that is missing or empty,
 *   sides that are equal, a margin that is no number
 */
export function preferenceRows(
  rows: readonly JsonObject[],
  { name = 'the rows' }: { name?: string } = {},
): Preference[] {
  if (rows.length === 0) throw new TypeError(`${name}: there are no rows`);
  sameFormat(
    rows.map((row, i) => {
      const checker: RowChecker = new RowChecker(row, i, name);
      return { where: checker.where, format: checkedFormat(checker) };
    }),
  );
  return rows as unknown as Preference[];
}

function checkedFormat(row: RowChecker): string {
  const explicit = row.has('prompt');
  const sides = ['chosen', 'rejected'].map((side): Turns => {
    if (!row.has(side)) row.fail(`a preference needs chosen and rejected, found no ${side}`);
    return row.turns(side);
  });
  if (explicit) row.turns('prompt', { empty: true });
  row.sameKind(explicit ? ['prompt', 'chosen', 'rejected'] : ['chosen', 'rejected']);
  if (sameTurns(sides[0]!, sides[1]!)) row.fail('chosen and rejected are equal');
  const { margin } = row.row;
  if (margin !== undefined && margin !== null && !Number.isFinite(margin))
    row.fail(`margin must be a number, found ${kind(margin)}`);
  return `a preference ${explicit ? 'with' : 'without'} prompt, as ${row.isTurns('chosen') ? 'messages' : 'text'}`;
}
