import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { namesOf, wholeNumber } from './arguments.js';

/** Shapes that PyTorch's losses are committed for, and how often each is run where nothing else is asked for. */
const defaults = {
  'config-a': { rounds: 5, steps: 4, warmup: 2, tokens: 48 },
  'hidden-384': { rounds: 2, steps: 1, warmup: 1, tokens: 8 },
} as const;
type Counts = keyof (typeof defaults)['config-a'];

const listed = (count: Counts) => Object.values(defaults).map((one) => one[count]).join(', '); // prettier-ignore

export const help = `npm run bench -- [options]
npm run bench -- suite          every piece of the library in Node; suite --help
npm run bench -- page           the same in a browser; page --help
npm run bench -- genai          a training step in a page beside genai-nanogpt
npm run bench -- decode         decoding beside onnxruntime-node; decode --help
npm run bench -- profile        where the time of a training step goes, beside what it must take; profile --help
npm run bench -- task NAME      small tasks, held to a reference; task --help lists them

Times one training step and one generated token of a small GPT in Ashlar and in other libraries, each in a process of its
own, in rounds that take turns. Every loss is compared with PyTorch's at the same step.

  --shape NAME      config-a: nanoGPT's CPU shape (default); hidden-384: 6 layers, context 256, batch 8, seconds a step
  --threads N       also Ashlar on N threads
  --peers           also jax-js, from apps/bench/peers (installed there by npm on the first use)
  --python PATH     also PyTorch on one thread; PATH is a Python that has torch
  --only NAMES      only these, with commas: ashlar, ashlar-threads, tfjs, tfjs-transposed, jax-js, pytorch
  --rounds N        rounds (default ${listed('rounds')} by shape)
  --steps N         training steps of each competitor in each round (default ${listed('steps')})
  --warmup N        steps before the first round, the first of them timed apart (default ${listed('warmup')})
  --tokens N        tokens generated in each round (default ${listed('tokens')})
  --out FILE        result file (default apps/bench/results/<date>.json)
  --json            ends standard output with one line of JSON
  --help            this text`;

export interface Options extends Record<Counts, number> {
  shape: keyof typeof defaults;
  /** Threads of a second row of Ashlar; 1 for none. */
  threads: number;
  peers: boolean;
  python: string | undefined;
  only: string[] | undefined;
  out: string | undefined;
  json: boolean;
  help: boolean;
}

/** Reads the command line; throws a sentence where an option is unknown or out of range. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      shape: { type: 'string', default: 'config-a' },
      threads: { type: 'string', default: '1' },
      peers: { type: 'boolean', default: false },
      python: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      steps: { type: 'string' },
      warmup: { type: 'string' },
      tokens: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [shape] = namesOf('shape', values.shape, Object.keys(defaults) as (keyof typeof defaults)[]);
  const count = (name: Counts, most: number) =>
    wholeNumber(name, values[name] ?? String(defaults[shape!][name]), 1, most);
  return {
    ...values,
    shape: shape!,
    // more than there are would quietly be fewer
    threads: wholeNumber('threads', values.threads, 1, availableParallelism()),
    python: values.python,
    only: values.only?.split(','),
    out: values.out,
    rounds: count('rounds', 100),
    steps: count('steps', 100),
    warmup: count('warmup', 100),
    tokens: count('tokens', 60),
  };
}
