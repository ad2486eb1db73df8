import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../arguments.js';
import { installPeers } from '../competitors.js';
import { load, machine } from '../machine.js';
import { openBrowser, serveSuite, visit } from '../page/serve.js';

import { ownFile } from '../suite/own.js';
import { genaiFolder, openGenai } from './peer.js';
import { genaiMarkdown, genaiRows, type GenaiRun } from './report.js';

const help = `npm run bench -- genai [options]

A training step of nanoGPT's CPU shape in a page of a headless Chromium: genai-nanogpt on webgl, and Ashlar's suite on wasm and
on webgl, which take turns. genai-nanogpt runs in pages only and has no wasm backend.

  --rounds N        rounds (default 2)
  --steps N         steps of genai-nanogpt in each round, the first apart (default 4)
  --out FILE        result file (default apps/bench/results/genai.json)
  --help            this text`;

const WORK = 'train.step.f32.configA';

/** Runs the comparison and writes its figures; false where one of them does not train. */
export async function runGenai(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '2' },
      steps: { type: 'string', default: '4' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
    return true;
  }
  const rounds = wholeNumber('rounds', values.rounds, 1, 100);
  const steps = wholeNumber('steps', values.steps, 2, 100);

  installPeers(genaiFolder(), ['install', '--no-save']);
  const loadBefore = load();
  const closing: (() => Promise<unknown> | void)[] = [];
  try {
    const peer = await openGenai();
    closing.push(peer.close);
    const ours = await serveSuite(0);
    closing.push(ours.close);
    const browser = await openBrowser();
    closing.push(() => browser.close());
    const genai: GenaiRun[] = [];
    const suites = [];
    for (let round = 0; round < rounds; round++) {
      console.error(`round ${round + 1} of ${rounds}: genai-nanogpt`);
      genai.push(await peer.train(browser, steps));
      const query = `backend=wasm,webgl&only=${WORK}&quick=1&run=1`;
      suites.push(await visit(browser, `${ours.url}?${query}`, (line) => console.error(line)));
    }
    const rows = genaiRows(genai, suites.map(({ results }) => results.filter(({ work }) => work === WORK))); // prettier-ignore
    const where = { ...machine(), load: [loadBefore, load()], gpu: suites[0]!.machine.gpu };
    const out = values.out ?? ownFile('results/genai.json');
    mkdirSync(dirname(out), { recursive: true });
    const file = { date: new Date().toISOString(), machine: where, protocol: { rounds, steps }, rows, genai, suites };
    writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
    console.log(
      `${where.cpu}, load ${where.load.map((x) => x.toFixed(1)).join(' to ')}, ${where.gpu?.name ?? 'no GPU'}\n`,
    );
    console.log(`${genaiMarkdown(rows)}\n\nWritten to ${out}`);
    return rows.every(({ trains }) => trains);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}
