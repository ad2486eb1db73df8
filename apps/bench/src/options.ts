import { parseArgs } from 'node:util';

export const help = `npm run bench -- [options]
npm run bench -- suite          every piece of the library, here or in a page; suite --help
npm run bench -- genai          a training step in a page beside genai-nanogpt
npm run bench -- decode         decoding beside onnxruntime-node; decode --help
npm run bench -- task NAME      small tasks, held to a reference; task --help lists them

Times one training step and one generated token of a small GPT (nanoGPT's CPU shape) in Ashlar and in other libraries,
each in a process of its own, in rounds that take turns. Every loss is compared with PyTorch's at the same step.

  --peers           also jax-js, from apps/bench/peers (installed there by npm on the first use)
  --python PATH     also PyTorch on one thread; PATH is a Python that has torch
  --only NAMES      only these, with commas: ashlar, tfjs, tfjs-transposed, jax-js, pytorch
  --rounds N        rounds (default 5)
  --steps N         training steps of each competitor in each round (default 4)
  --warmup N        steps before the first round, the first of them timed apart (default 2)
  --tokens N        tokens generated in each round (default 48)
  --out FILE        result file (default apps/bench/results/<date>.json)
  --json            ends standard output with one line of JSON
  --help            this text`;

export interface Options {
  peers: boolean;
  python: string | undefined;
  only: string[] | undefined;
  rounds: number;
  steps: number;
  warmup: number;
  tokens: number;
  out: string | undefined;
  json: boolean;
  help: boolean;
}

/** Reads the command line; throws a sentence where an option is unknown or out of range. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      peers: { type: 'boolean', default: false },
      python: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      steps: { type: 'string', default: '4' },
      warmup: { type: 'string', default: '2' },
      tokens: { type: 'string', default: '48' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'rounds' | 'steps' | 'warmup' | 'tokens', most: number) => {
    const n = Number(values[name]);
    if (!Number.isInteger(n) || n < 1 || n > most)
      throw new Error(`--${name} must be a whole number from 1 to ${most}, not ${values[name]}.`);
    return n;
  };
  return {
    ...values,
    python: values.python,
    only: values.only?.split(','),
    out: values.out,
    rounds: count('rounds', 100),
    steps: count('steps', 100),
    warmup: count('warmup', 100),
    tokens: count('tokens', 60),
  };
}
