import { gradientCheckpointingOption, jsonOption, wholeNumber, withExamples } from '../options.js';
import type { Definer } from './definer.js';

/** What a model consists of, and what the machine can do. */
export function defineMachineCommands({ command, act }: Definer): void {
  withExamples(
    command('inspect', 'Where the parameters of a model are.')
      .option('--preset <name>', 'a model by name, such as nano, gpt2, gpt3-small')
      .option('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2')
      .option('--batch-size <number>', 'also how much memory training takes with this many rows a step', wholeNumber(1))
      .addOption(gradientCheckpointingOption())
      .addOption(jsonOption()),
    [
      ['ashlar inspect --preset gpt3-small', 'why 161.7 million became 125 million'],
      ['ashlar inspect --model runs/poem', 'a model of your own'],
      ['ashlar inspect --preset gpt2 --batch-size 1', 'whether it can be trained here'],
    ],
  ).action(act(async () => (await import('../commands/inspect.js')).inspectCommand));

  withExamples(command('doctor', 'What this machine can run.').addOption(jsonOption()), [
    ['ashlar doctor', 'backends, memory, and how fast they multiply matrices'],
  ]).action(act(async () => (await import('../commands/doctor.js')).doctorCommand));

  withExamples(
    command('bench', 'Time a training step of a small GPT here and in plain tfjs, each in a process of its own.')
      .option('--rounds <number>', 'rounds in which both take turns', wholeNumber(1), 3)
      .option('--steps <number>', 'steps of each in a round', wholeNumber(1), 2)
      .addOption(jsonOption()),
    [['ashlar bench', 'half a minute; the ratio means more than the times']],
  ).action(act(async () => (await import('../commands/bench.js')).benchCommand));
}
