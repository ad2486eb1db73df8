import type { JsonObject } from './json-object.js';
import type { Turns } from './row-checks.js';
import { withOriginOf } from './row-origin.js';
import type { Message, Preference, PromptCompletion, UnpairedPreference } from './rows.js';

/**
 * Makes the prompt of an implicit preference explicit: it is what both sides begin with, messages or characters. As in
 * TRL, a space before the difference goes to the completions, and neither of them is left empty. A preference that has
 * a prompt is returned as it is.
 */
export function extractPrompt(row: Preference): Preference & { prompt: string | Message[] } {
  if (row.prompt !== undefined) return row;
  const { chosen, rejected } = row;
  const shortest = Math.min(chosen.length, rejected.length);
  let cut = 0;
  while (cut < shortest - 1 && same(chosen[cut]!, rejected[cut]!)) cut++;
  if (typeof chosen === 'string' && cut > 0 && (chosen[cut - 1] === ' ' || isHighSurrogate(chosen, cut - 1))) cut--;
  const sides = { prompt: chosen.slice(0, cut), chosen: chosen.slice(cut), rejected: rejected.slice(cut) };
  return withOriginOf(row, { ...row, ...sides } as Preference & { prompt: string | Message[] });
}

/** A preference as two rows with a label: chosen (true) and rejected (false). */
export function unpairPreference(row: Preference): [chosen: UnpairedPreference, rejected: UnpairedPreference] {
  const side = (completion: Turns, label: boolean) =>
    withOriginOf(row, {
      ...(row.prompt !== undefined && { prompt: row.prompt }),
      completion,
      label,
    } as UnpairedPreference);
  return [side(row.chosen, true), side(row.rejected, false)];
}

/** Text as turns: a user who asks and an assistant who answers. Turns are returned as they are. */
export function toMessages(row: PromptCompletion): { prompt: Message[]; completion: Message[] } {
  if (typeof row.prompt !== 'string') return row as { prompt: Message[]; completion: Message[] };
  return withOriginOf(row, {
    prompt: [{ role: 'user', content: row.prompt }],
    completion: [{ role: 'assistant', content: row.completion as string }],
  });
}

/**
 * `conversations` of `from` and `value` (ShareGPT) as `messages` of `role` and `content`; `human` becomes `user` and
 * `gpt` becomes `assistant`. Other rows are returned as they are.
 */
export function toConversational(row: JsonObject): JsonObject {
  const { conversations, ...rest } = row;
  if (!Array.isArray(conversations)) return row;
  const messages = conversations.map((turn: Record<string, unknown> | null) => {
    const role = turn?.['role'] ?? turn?.['from'];
    return { role: roles.get(role) ?? role, content: turn?.['content'] ?? turn?.['value'] };
  });
  return withOriginOf(row, { ...rest, messages });
}

const roles = new Map<unknown, string>([
  ['human', 'user'],
  ['gpt', 'assistant'],
]);

/** Whether two sides say the same. */
export function sameTurns(a: Turns, b: Turns): boolean {
  return a.length === b.length && (typeof a === 'string' ? a === b : a.every((turn, i) => same(turn, b[i]!)));
}

function same(a: string | Message, b: string | Message): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.role === b.role && a.content === b.content;
}

const isHighSurrogate = (text: string, i: number) => (text.charCodeAt(i) & 0xfc00) === 0xd800;
