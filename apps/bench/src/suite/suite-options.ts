import { parseArgs } from 'node:util';
import { namesOf, wholeNumber } from '../arguments.js';
import { groups } from './case.js';
import { chooseCases } from './cases/index.js';
import { pageBackends } from './page-backends.js';

export const nodeBackends = ['wasm', 'cpu'] as const;

export const suiteHelp = `npm run bench -- suite [options]     in Node
npm run bench -- page [options]      in a page; with --headless in a Chromium without a window

Times every piece of the library by one definition that Node and the page share, checks each result, and writes JSON, a
Markdown table and two plots.

  --only NAMES      groups or single cases, with commas; the groups are ${groups.join(', ')}
  --backend NAME    suite: ${nodeBackends.join(' or ')} (default wasm); page: with commas, of ${pageBackends.join(', ')} (default all)
  --peers           suite: other libraries take turns with Ashlar at the same work, from apps/bench/peers (installed there by npm)
  --python PATH     and those that need a Python: torch, onnxruntime-node (onnx, onnxscript), tiktoken, tokenizers
  --threads N       page: how many threads take turns with one, on backend wasm-threads (default 2)
  --quick           a case or two of each group, timed shortly
  --out FILE        JSON file; the others stand beside it (default apps/bench/results/suite-<backend>.json, page.json)
  --headless        page: runs it in a Chromium without a window and ends
  --port N          page: where it is served (default 5180)
  --help            this text`;

export interface SuiteOptions {
  only: string[] | undefined;
  backends: string[];
  isQuick: boolean;
  peers: boolean;
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
  if (values.peers && (kind === 'page' || backends[0] !== 'wasm'))
    throw new Error('--peers: in Node, and on wasm, where they run.');
  if (values.python && !values.peers) throw new Error('--python: only with --peers.');
  const only = values.only?.split(',');
  chooseCases(only, values.quick);
  return {
    only,
    backends,
    isQuick: values.quick,
    peers: values.peers,
    python: values.python,
    out: values.out,
    isHeadless: values.headless,
    threads: wholeNumber('threads', values.threads, 2, 64),
    port: wholeNumber('port', values.port, 0, 65_535),
  };
}
