import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright';
import { build } from 'vite';
import { wholeNumber } from '../arguments.js';
import { installPeers } from '../competitors.js';
import { load, machine } from '../machine.js';
import { shapes, trainingOptimizer } from '../models.js';
import { openBrowser, serve, serveSuite, visit } from '../page/serve.js';

import { ownFile } from '../suite/own.js';
import { genaiMarkdown, genaiRows, type GenaiRun } from './report.js';

const help = `npm run bench -- genai [options]

A training step of nanoGPT's CPU shape in a page of a headless Chromium: genai-nanogpt on webgl, and Ashlar's suite on wasm and
on webgl, which take turns. genai-nanogpt runs in pages only and has no wasm backend.

  --rounds N        rounds (default 2)
  --steps N         steps of genai-nanogpt in each round, the first apart (default 4)
  --out FILE        result file (default apps/bench/results/genai.json)
  --help            this text`;

const LEARNING_RATE = 1e-3;
const WORK = 'train.step.f32.configA';

/** Characters for a tokenizer that learns them; it keeps a few ids for itself. */
const text = () =>
  Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(33 + (((i * 7919) % 8191) % 60))).join('');

async function trainGenai(browser: Browser, url: string, steps: number): Promise<GenaiRun> {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(url);
  await page.waitForFunction(() => document.body.dataset['state'] === 'ready');
  const { model, batchSize } = shapes['config-a'];
  const job = { model, batchSize, optimizer: trainingOptimizer, learningRate: LEARNING_RATE, text: text(), steps, backend: 'webgl' }; // prettier-ignore
  const run = await page.evaluate(
    (asked) => (window as unknown as { train(job: object): Promise<GenaiRun> }).train(asked),
    job,
  );
  await page.close();
  return run;
}

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

  const peer = ownFile('peers/genai');
  installPeers(peer, ['install', '--no-save']);
  const outDir = mkdtempSync(join(tmpdir(), 'ashlar-bench-genai-'));
  const loadBefore = load();
  const closing: (() => Promise<unknown> | void)[] = [() => rmSync(outDir, { recursive: true, force: true })];
  try {
    await build({
      configFile: false,
      root: peer,
      logLevel: 'error',
      build: { outDir, emptyOutDir: true, target: 'es2022' },
    });
    const [theirs, ours, browser] = [await serve(peer, outDir, 0), await serveSuite(0), await openBrowser()];
    closing.push(theirs.close, ours.close, () => browser.close());
    const genai: GenaiRun[] = [];
    const suites = [];
    for (let round = 0; round < rounds; round++) {
      console.error(`round ${round + 1} of ${rounds}: genai-nanogpt`);
      genai.push(await trainGenai(browser, theirs.url, steps));
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
