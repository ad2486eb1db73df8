import { presets } from '@ashlar/recipe';
import { Option } from 'commander';
import {
  gradientCheckpointingOption,
  jsonOption,
  wholeNumber,
  withComputeOptions,
  withExamples,
  withRunOptions,
  withSamplingOptions,
} from '../options.js';
import type { Definer } from './definer.js';

/** From a text to a model that goes on with it. */
export function defineModelCommands({ command, act }: Definer): void {
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
  ).action(act(async () => (await import('../commands/train-tokenizer.js')).trainTokenizerCommand));

  withExamples(
    command('tokenize', 'Show the tokens of a text.')
      .requiredOption('--tokenizer <path>', 'a tokenizer.json, or a folder (of a model, a run, a tokenizer) with one')
      .requiredOption('--text <text>', 'the text itself')
      .addOption(jsonOption()),
    [['ashlar tokenize --tokenizer tokenizer --text "the slithy toves"', 'each token and its id']],
  ).action(act(async () => (await import('../commands/tokenize.js')).tokenizeCommand));

  withExamples(
    withRunOptions(
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
        .addOption(gradientCheckpointingOption()),
      'of weights, batches and samples (default: 1337)',
    ).addHelpText('after', `\nPresets:\n${presetLines().join('\n')}`),
    [
      ['ashlar pretrain --text poem.txt --preset nano --out runs/poem', 'seconds, to see that all works'],
      [
        'ashlar pretrain --text tinyshakespeare --preset nanogpt-cpu --threads auto --out runs/shakespeare',
        "nanoGPT's model for a CPU, computed by all cores",
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
  ).action(act(async () => (await import('../commands/pretrain.js')).pretrainCommand));

  withExamples(
    withSamplingOptions(
      command('generate', 'Let a model go on with a text.')
        .requiredOption('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2 with its tokenizer.json')
        .option('--prompt <text>', 'what to go on with; empty starts on a new line', '')
        .option('--max-new-tokens <number>', 'tokens to write', wholeNumber(0), 200),
      { temperature: 0.8, seeded: 'the same seed writes the same text' },
    ),
    [
      [
        'ashlar generate --model runs/poem --prompt "Twas" --temperature 0',
        'the likeliest continuation, always the same',
      ],
      ['ashlar generate --model runs/poem --top-k 10 --seed 2', 'another text for another seed'],
    ],
  ).action(act(async () => (await import('../commands/generate.js')).generateCommand));

  withExamples(
    withComputeOptions(
      command('eval', 'How well a model predicts a text: every token but the first, once.')
        .requiredOption('--model <folder>', 'a run, or a Hugging Face folder of a GPT-2 with its tokenizer.json')
        .requiredOption('--text <file>', 'a UTF-8 text file, or tinyshakespeare'),
    ),
    [
      ['ashlar eval --model runs/poem --text poem.txt', 'loss in nats a token, perplexity, and bits a byte,'],
      ['ashlar eval --model other --text poem.txt', 'which can be compared between models with other tokenizers'],
    ],
  ).action(act(async () => (await import('../commands/eval.js')).evalCommand));
}

function presetLines(): string[] {
  const width = Math.max(...Object.keys(presets).map((name) => name.length));
  return Object.entries(presets).map(([name, { description }]) => `  ${name.padEnd(width)}  ${description}`);
}
