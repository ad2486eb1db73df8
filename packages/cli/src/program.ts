import { Command, CommanderError } from 'commander';
import { defineAlignmentCommands } from './define/alignment.js';
import type { Definer } from './define/definer.js';
import { defineMachineCommands } from './define/machine.js';
import { defineModelCommands } from './define/models.js';
import { withExamples } from './options.js';
import { intoFolder } from './output-folder.js';
import { Printer, type Terminal } from './terminal.js';
import { VERSION } from './version.js';

/** Runs one command line. @returns the exit code; what went wrong was said in one sentence on standard error */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = createProgram(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    terminal.err(`ashlar: ${(error as Error).message}\n`);
    if (process.env['ASHLAR_DEBUG']) terminal.err(`${(error as Error).stack}\n`);
    return 1;
  }
}

function createProgram(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('ashlar')
    .description(
      'The ChatGPT recipe on your own text: pretrain a small GPT, teach it to answer, let it practise with a reward model, ' +
        'make it small, talk to it.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text),
      outputError: (text, write) =>
        write(
          `${text
            .trim()
            .replace(/^error: /, 'ashlar: ')
            .replaceAll('\n', ' ')}\n`,
        ),
    })
    .configureHelp({ showGlobalOptions: true })
    .helpCommand(false)
    .version(VERSION);
  withExamples(program, [
    ['ashlar recipe --fast', 'the whole way, in about a minute'],
    [
      'ashlar pretrain --text tinyshakespeare --preset tiny --out runs/shakespeare',
      'train a small GPT, about a minute',
    ],
    ['ashlar generate --model runs/shakespeare --prompt "ROMEO:"', 'let it write'],
    ['ashlar pretrain --help', 'more about a command'],
  ]);

  const definer: Definer = {
    command: (name, description) => program.command(name).description(description),
    act: (load) => async (flags) => {
      const printer = new Printer(terminal, flags.json === true);
      const work = async () => (await load())(flags, printer);
      exit(await (flags.out === undefined ? work() : intoFolder(flags.out, work)));
    },
  };
  defineModelCommands(definer);
  defineAlignmentCommands(definer);
  defineMachineCommands(definer);

  program
    .command('bench-worker <competitor>', { hidden: true })
    .action(async (name: string) => exit(await (await import('./bench/worker.js')).benchWorker(name)));
  return program;
}
