import { InvalidArgumentError, Option, type Command } from 'commander';
import { backendNames } from './backend.js';

/** A whole number from `least` on, as commander parses options. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least} on.`);
    return value;
  };

/** A finite number from `least` on. */
export const numberFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least)
      throw new InvalidArgumentError(`It must be a number from ${least} on.`);
    return value;
  };

export const jsonOption = (): Option =>
  new Option('--json', 'end standard output with one line of JSON; all else goes to standard error');

export const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes').choices(backendNames).default('wasm');

export const seedOption = (what: string): Option => new Option('--seed <number>', what).argParser(wholeNumber(0));

/** Adds examples under the help of a command, one line of explanation each. */
export function withExamples(command: Command, examples: readonly [command: string, why: string][]): Command {
  const lines = examples.flatMap(([line, why]) => ['', `  # ${why}`, `  ${line}`]);
  return command.addHelpText('after', `\nExamples:${lines.join('\n')}\n`);
}
