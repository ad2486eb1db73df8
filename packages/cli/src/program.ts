import { presets } from '@ashlar/recipe';
import { Command, CommanderError, Option } from 'commander';
import { backendOption, jsonOption, numberFrom, seedOption, wholeNumber, withExamples } from './options.js';
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
    .description('The ChatGPT recipe on your own text: make a tokenizer, pretrain a small GPT, generate, evaluate.')
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
    [
      'ashlar pretrain --text tinyshakespeare --preset tiny --out runs/shakespeare',
      'train a small GPT, about a minute',
    ],
    ['ashlar generate --model runs/shakespeare --prompt "ROMEO:"', 'let it write'],
    ['ashlar pretrain --help', 'more about a command'],
  ]);

  /** A command whose work is loaded when it is called. */
  const command = (name: string, description: string) => program.command(name).description(description);
  const act =
    <Flags>(load: () => Promise<(flags: Flags, printer: Printer) => Promise<number>>) =>
    async (flags: Flags & { json?: boolean }) =>
      exit(await (await load())(flags, new Printer(terminal, flags.json === true)));

  withExamples(
    command('train-tokenizer', 'Learn which pieces of text become tokens.')
      .requiredOption('--text <file>', 'a UTF-8 text file, or tinyshakespeare')
      .addOption(
        new Option('--kind <kind>', 'byte-pair encoding, or one token a character or byte')
          .choices(['bpe', 'characters', 'bytes'])
          .default('bpe'),
      )
      .option('--vocab-size <number>', 'tokens to end with, for bpe', wholeNumber(1), 1024)
      .option('--out <folder>', 'where tokenizer.json goes', 'tokenizer')
      .option('--overwrite', 'replace the tokenizer that is there')
      .addOption(jsonOption()),
    [
      [
        'ashlar train-tokenizer --text poem.txt --vocab-size 300 --out tokenizer',
        '300 tokens: 256 bytes, 44 learnt pieces',
      ],
      ['ashlar pretrain --text poem.txt --tokenizer tokenizer --preset nano', 'train a model on these tokens'],
    ],
  ).action(act(async () => (await import('./commands/train-tokenizer.js')).trainTokenizerCommand));

  withExamples(
    command('tokenize', 'Show the tokens of a text.')
      .requiredOption('--tokenizer <path>', 'a tokenizer.json, or a folder (of a model, a run, a tokenizer) with one')
      .requiredOption('--text <text>', 'the text itself')
      .addOption(jsonOption()),
    [['ashlar tokenize --tokenizer tokenizer --text "the slithy toves"', 'each token and its id']],
  ).action(act(async () => (await import('./commands/tokenize.js')).tokenizeCommand));

  withExamples(
    command(
      'pretrain',
      'Train a small GPT on a text, from nothing. Everything is kept in one folder: the settings, the losses step by step, ' +
        'a picture of them, the exact state for --resume, and at the end a model that Python opens too.',
    )
      .requiredOption('--text <file>', 'a UTF-8 text file, or tinyshakespeare')
      .option('--preset <name>', `model and training settings: ${Object.keys(presets).join(', ')}`, 'tiny')
      .option('--config <file>', 'JSON with settings that differ from the preset; see config.json of any run')
      .option('--tokenizer <path>', "a trained tokenizer, in place of the preset's")
      .option('--out <folder>', 'where the run is kept', 'run')
      .option('--steps <number>', 'optimizer steps in all', wholeNumber(1))
      .addOption(seedOption('of weights, batches and samples (default: 1337)'))
      .addOption(backendOption())
      .option('--resume', 'go on with the run in --out, to the same bytes as without the interruption')
      .option('--overwrite', 'replace the run in --out')
      .addOption(jsonOption())
      .addHelpText('after', `\nPresets:\n${presetLines().join('\n')}`),
    [
      ['ashlar pretrain --text poem.txt --preset nano --out runs/poem', 'seconds, to see that all works'],
      [
        'ashlar pretrain --text tinyshakespeare --preset nanogpt-cpu --out runs/shakespeare',
        "nanoGPT's model for a CPU",
      ],
      [
        'ashlar pretrain --text tinyshakespeare --preset nanogpt-cpu --out runs/shakespeare --resume',
        'after Ctrl-C or a crash',
      ],
      [
        `ashlar pretrain --text poem.txt --config bigger.json`,
        'bigger.json: {"model": {"numLayers": 6}, "training": {"learningRate": 0.002}}',
      ],
    ],
  ).action(act(async () => (await import('./commands/pretrain.js')).pretrainCommand));

  withExamples(
    command('generate', 'Let a model go on with a text.')
      .requiredOption('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2 with its tokenizer.json')
      .option('--prompt <text>', 'what to go on with; empty starts on a new line', '')
      .option('--max-new-tokens <number>', 'tokens to write', wholeNumber(0), 200)
      .option('--temperature <number>', '0 always takes the likeliest token; higher is bolder', numberFrom(0), 0.8)
      .option('--top-k <number>', 'choose among this many likeliest tokens', wholeNumber(1))
      .option(
        '--top-p <number>',
        'choose among the likeliest tokens that together have this probability',
        numberFrom(0),
      )
      .addOption(seedOption('the same seed writes the same text').default(0))
      .addOption(backendOption())
      .addOption(jsonOption()),
    [
      [
        'ashlar generate --model runs/poem --prompt "Twas" --temperature 0',
        'the likeliest continuation, always the same',
      ],
      ['ashlar generate --model runs/poem --top-k 10 --seed 2', 'another text for another seed'],
    ],
  ).action(act(async () => (await import('./commands/generate.js')).generateCommand));

  withExamples(
    command('eval', 'How well a model predicts a text: every token but the first, once.')
      .requiredOption('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2 with its tokenizer.json')
      .requiredOption('--text <file>', 'a UTF-8 text file, or tinyshakespeare')
      .addOption(backendOption())
      .addOption(jsonOption()),
    [
      ['ashlar eval --model runs/poem --text poem.txt', 'loss in nats a token, perplexity, and bits a byte,'],
      ['ashlar eval --model other --text poem.txt', 'which can be compared between models with other tokenizers'],
    ],
  ).action(act(async () => (await import('./commands/eval.js')).evalCommand));

  withExamples(
    command('inspect', 'Where the parameters of a model are.')
      .option('--preset <name>', 'a model by name, such as nano, gpt2, gpt3-small')
      .option('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2')
      .addOption(jsonOption()),
    [
      ['ashlar inspect --preset gpt3-small', 'why 161.7 million became 125 million'],
      ['ashlar inspect --model runs/poem', 'a model of your own'],
    ],
  ).action(act(async () => (await import('./commands/inspect.js')).inspectCommand));

  withExamples(command('doctor', 'What this machine can run.').addOption(jsonOption()), [
    ['ashlar doctor', 'backends, memory, and how fast they multiply matrices'],
  ]).action(act(async () => (await import('./commands/doctor.js')).doctorCommand));

  withExamples(
    command('bench', 'Time a training step of a small GPT here and in plain tfjs, each in a process of its own.')
      .option('--rounds <number>', 'rounds in which both take turns', wholeNumber(1), 3)
      .option('--steps <number>', 'steps of each in a round', wholeNumber(1), 2)
      .addOption(jsonOption()),
    [['ashlar bench', 'half a minute; the ratio means more than the times']],
  ).action(act(async () => (await import('./commands/bench.js')).benchCommand));

  program
    .command('bench-worker <competitor>', { hidden: true })
    .action(async (name: string) => exit(await (await import('./bench/worker.js')).benchWorker(name)));
  return program;
}

function presetLines(): string[] {
  const width = Math.max(...Object.keys(presets).map((name) => name.length));
  return Object.entries(presets).map(([name, { description }]) => `  ${name.padEnd(width)}  ${description}`);
}
