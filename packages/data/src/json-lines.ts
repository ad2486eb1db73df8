import type { JsonObject } from './json-object.js';
import { rememberOrigin } from './row-origin.js';

/**
 * The objects of a JSONL text, one a line; blank lines are skipped. What checks the rows later still knows their lines.
 *
 * @param options.name what the text is, for messages. @default 'the rows'
 * @throws SyntaxError of one sentence with name and line: a line that is not JSON, or is no object
 */
export function parseJsonLines(text: string, { name = 'the rows' }: { name?: string } = {}): JsonObject[] {
  const rows: JsonObject[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const origin = `${name}, line ${i + 1}`;
    const value = parse(line, origin);
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      throw new SyntaxError(`${origin}: a row must be a JSON object, found ${value === null ? 'null' : kind(value)}`);
    rows.push(rememberOrigin(value as JsonObject, origin));
  });
  if (rows.length === 0) throw new SyntaxError(`${name} has no rows`);
  return rows;
}

function parse(line: string, origin: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    const why = (error as Error).message.replace(/\s+/g, ' ');
    throw new SyntaxError(`${origin}: not JSON (${why})`, { cause: error });
  }
}

const kind = (value: unknown) => (Array.isArray(value) ? 'a list' : `a ${typeof value}`);
