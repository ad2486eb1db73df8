import { parseArgs } from 'node:util';
import { namesOf, wholeNumber } from '../arguments.js';
import { groups } from './case.js';
import { chooseCases } from './cases/index.js';
import { libraries, type Library } from './libraries.js';
import { pageBackends } from './page-backends.js';

export const nodeBackends = ['wasm', 'cpu'] as const;

const commonHelp = `Times every piece of the library by one definition that Node and the page share, checks each result, and writes JSON, a
Markdown table and two plots.

  --only NAMES      groups or single cases, with commas; the groups are ${groups.join(', ')}
  --quick           a case or two of each group, timed shortly`;

export const suiteHelp = `npm run bench -- suite [options]

${commonHelp}
  --backend NAME    ${nodeBackends.join(' or ')} (default wasm)
  --peers           other libraries take turns with Ashlar at the same work; from apps/bench/peers (installed there by npm on
                    the first use)
  --python PATH     and those that need a Python with torch, onnx and onnxscript, tiktoken, tokenizers, or some of them
  --by NAMES        with --peers: only these, with commas: ${libraries.slice(1, 6).join(', ')},
                    ${libraries.slice(6).join(', ')}
  --out FILE        JSON file; the others stand beside it (default apps/bench/results/suite-<backend>.json)
  --help            this text`;

export const pageHelp = `npm run bench -- page [options]

The suite in a browser. ${commonHelp}
  --backend NAMES   with commas, of ${pageBackends.join(', ')} (default all); the last is one thread and several in turn,
                    at the larger training steps
  --threads N       how many threads that are (default 2)
  --peers           tfjs takes turns with Ashlar at products and training steps, on the same backend
  --headless        runs it in a Chromium without a window, and ends
  --port N          where it is served without that (default 5180)
  --out FILE        with --headless: JSON file; the others stand beside it (default apps/bench/results/page.json)
  --help            this text`;

export interface SuiteOptions {
  only: string[] | undefined;
  backends: string[];
  isQuick: boolean;
  peers: boolean;
  by: readonly Library[];
  python: string | undefined;
  out: string | undefined;
  isHeadless: boolean;
  threads: number;
  port: number;
}

/** Reads the command line; null for --help. Throws a sentence where something is unknown. */
export function parseSuiteOptions(kind: 'suite' | 'page', args: string[]): SuiteOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      backend: { type: 'string' },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      peers: { type: 'boolean', default: false },
      by: { type: 'string' },
      python: { type: 'string' },
      threads: { type: 'string', default: '2' },
      headless: { type: 'boolean', default: false },
      port: { type: 'string', default: '5180' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const known: readonly string[] = kind === 'suite' ? nodeBackends : pageBackends;
  const backends = namesOf('backend', values.backend ?? (kind === 'suite' ? 'wasm' : known.join(',')), known);
  if (kind === 'suite' && backends.length > 1)
    throw new Error('--backend: one at a time in Node, since all would share its process.');
  if (values.peers && kind === 'suite' && backends[0] !== 'wasm')
    throw new Error('--peers: in Node on wasm, where they run.');
  for (const name of ['python', 'by'] as const)
    if (values[name] !== undefined && !(values.peers && kind === 'suite'))
      throw new Error(`--${name}: only for the suite in Node with --peers.`);
  const only = values.only?.split(',');
  chooseCases(only, values.quick);
  return {
    only,
    backends,
    isQuick: values.quick,
    peers: values.peers,
    by: values.by === undefined ? libraries : namesOf('by', values.by, libraries),
    python: values.python,
    out: values.out,
    isHeadless: values.headless,
    threads: wholeNumber('threads', values.threads, 2, 64),
    port: wholeNumber('port', values.port, 0, 65_535),
  };
}
