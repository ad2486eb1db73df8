import { extractPrompt } from './converters.js';
import { parseJsonLines } from './json-lines.js';
import { RowChecker } from './row-checks.js';
import { withOriginOf } from './row-origin.js';
import type { Message, Preference } from './rows.js';

/**
 * The pairs of Anthropic's hh-rlhf as chats: `Human` is the user. The prompt is what both chats begin with, mostly all
 * but the last turn. Pairs whose sides are equal stay in; `encodePreference` gives null for them.
 *
 * @param text JSONL of `chosen` and `rejected`, each `\n\nHuman: …\n\nAssistant: …`
 * @throws an error of one sentence, with name and line, for a row of another form
 */
export function parseHhRlhf(text: string, { name = 'hh-rlhf' }: { name?: string } = {}): Preference[] {
  return parseJsonLines(text, { name }).map((row, i) => {
    const checker: RowChecker = new RowChecker(row, i, name);
    const [chosen, rejected] = ['chosen', 'rejected'].map((side) => {
      const chat = row[side];
      return (
        (typeof chat === 'string' && turns(chat)) ||
        checker.fail(`${side} must be text that begins with "\\n\\nHuman: "`)
      );
    });
    return extractPrompt(withOriginOf(row, { chosen: chosen!, rejected: rejected! }));
  });
}

/** A chat as turns; null where it does not begin with one. */
function turns(chat: string): Message[] | null {
  const [before, ...parts] = chat.split(/\n\n(Human|Assistant): /);
  if (before !== '' || parts.length === 0) return null;
  return Array.from({ length: parts.length / 2 }, (_, i) => ({
    role: parts[2 * i] === 'Human' ? 'user' : 'assistant',
    content: parts[2 * i + 1]!,
  }));
}
