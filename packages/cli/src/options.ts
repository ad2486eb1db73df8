import { availableParallelism } from 'node:os';
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

const backendOption = (): Option =>
  new Option('--backend <name>', 'what computes: wasm is fast; webgpu needs a GPU and two packages, see doctor')
    .choices(backendNames)
    .default('wasm');

const threadsOption = (): Option =>
  new Option('--threads <number>', "cores that share the work on wasm, or 'auto' for all; results are the same bytes")
    .argParser(cores)
    .default(1);

/** Of this machine, so many or `auto`. */
function cores(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const [value, most] = [Number(text), availableParallelism()];
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}, the cores of this machine, or auto.`);
}

const seedOption = (what: string): Option => new Option('--seed <number>', what).argParser(wholeNumber(0));

/** Adds examples under the help of a command, one line of explanation each. */
export function withExamples(command: Command, examples: readonly [command: string, why: string][]): Command {
  const lines = examples.flatMap(([line, why]) => ['', `  # ${why}`, `  ${line}`]);
  return command.addHelpText('after', `\nExamples:${lines.join('\n')}\n`);
}

export const gradientCheckpointingOption = (): Option =>
  new Option('--gradient-checkpointing', 'the same result with less memory and about a third more time');

/** Adds the options of a training on rows; `part` is where its settings stand in those of the recipe. */
export const withTrainingOptions = (command: Command, part: string): Command =>
  command
    .option('--steps <number>', 'optimizer steps in all', wholeNumber(1))
    .option('--learning-rate <number>', 'the highest one; it falls to a tenth', numberFrom(0))
    .addOption(gradientCheckpointingOption())
    .option('--config <file>', `JSON with further settings, as those of ${part} in a recipe's recipe.json`);

/** Adds the options of a command that computes. */
export const withComputeOptions = (command: Command): Command =>
  command.addOption(backendOption()).addOption(threadsOption()).addOption(jsonOption());

/** Adds the options of a command that writes tokens, and computes; `seeded` says what the seed does. */
export const withSamplingOptions = (
  command: Command,
  { temperature, seeded }: { temperature: number; seeded: string },
): Command =>
  withComputeOptions(
    command
      .option(
        '--temperature <number>',
        '0 always takes the likeliest token; higher is bolder',
        numberFrom(0),
        temperature,
      )
      .option('--top-k <number>', 'choose among this many likeliest tokens', wholeNumber(1))
      .option(
        '--top-p <number>',
        'choose among the likeliest tokens that together have this probability',
        numberFrom(0),
      )
      .addOption(seedOption(seeded).default(0)),
  );

/** Adds the options of a command that keeps a run; `seeded` is what its seed is of. @param seed without one the config has it */
export const withRunOptions = (command: Command, seeded: string, seed?: number): Command =>
  command
    .addOption(seed === undefined ? seedOption(seeded) : seedOption(seeded).default(seed))
    .addOption(backendOption())
    .addOption(threadsOption())
    .option('--resume', 'go on with the run in --out, to the same bytes as without the interruption')
    .option('--overwrite', 'replace the run in --out')
    .addOption(jsonOption());
