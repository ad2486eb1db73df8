import { parseJsonLines } from './json-lines.js';
import { RowChecker } from './row-checks.js';
import type { PromptCompletion } from './rows.js';
import { withOriginOf } from './row-origin.js';

/**
 * The tasks of Self-Instruct as prompts and completions, one for each instance: the instruction, a blank line and the
 * input if there is one; the output.
 *
 * @param text JSONL of `instruction` and `instances` of `input` and `output`
 * @throws an error of one sentence, with name and line, for a row of another form
 */
export function parseSelfInstruct(
  text: string,
  { name = 'self-instruct' }: { name?: string } = {},
): PromptCompletion[] {
  return parseJsonLines(text, { name }).flatMap((row, i) => {
    const checker: RowChecker = new RowChecker(row, i, name);
    const { instruction, instances } = row;
    if (typeof instruction !== 'string' || !Array.isArray(instances))
      checker.fail('a task needs an instruction and a list of instances');
    return instances.map((instance: { input?: unknown; output?: unknown } | null, k): PromptCompletion => {
      const { input = '', output } = instance ?? {};
      if (typeof input !== 'string' || typeof output !== 'string')
        checker.fail(`instances[${k}] must have an input and an output, both text`);
      return withOriginOf(row, {
        prompt: input === '' ? instruction : `${instruction}\n\n${input}`,
        completion: output,
      });
    });
  });
}
