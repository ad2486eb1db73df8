import { chromiumArgs, findChromium } from '@ashlar-internal/config/browser';
import { readFileSync } from 'node:fs';
import { chromium, type Browser } from 'playwright';
import { preview } from 'vite';
import { load, machine } from '../machine.js';
import { commit, ownFile } from '../suite/own.js';
import { suiteMarkdown } from '../suite/report.js';
import type { BenchFile } from '../suite/result.js';
import { pageHelp, parseSuiteOptions, type SuiteOptions } from '../suite/suite-options.js';
import { writeResults } from '../suite/write-results.js';

/** Serves a built page on this machine alone, isolated, so that its clock is fine. */
export async function serve(root: string, outDir: string, port: number) {
  const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const server = await preview({
    configFile: false,
    root,
    build: { outDir },
    preview: { host: '127.0.0.1', port, headers },
    logLevel: 'error',
  });
  return { url: server.resolvedUrls!.local[0]!, close: () => server.close() };
}

/** The page of the suite. */
export const serveSuite = (port: number) => serve(ownFile('.'), 'dist/page', port);

/** A Chromium without a window. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('no Chromium found; install one or name it in CHROMIUM_PATH.');
  return chromium.launch({ executablePath, args: chromiumArgs });
}

const query = ({ backends, only, isQuick, threads, peers }: SuiteOptions) =>
  new URLSearchParams({
    backend: backends.join(','),
    threads: String(threads),
    ...(only && { only: only.join(',') }),
    ...(isQuick && { quick: '1' }),
    ...(peers && { peers: '1' }),
  });

/** Runs the page of the suite and takes what its button downloads. */
export async function visit(browser: Browser, url: string, say: (line: string) => void): Promise<BenchFile> {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  const status = () => page.textContent('#status').then((text) => text ?? '');
  const seen = setInterval(() => void status().then(say, () => {}), 5000);
  const state = await page
    .waitForFunction(() => {
      const name = document.body.dataset['state'];
      return name === 'done' || name === 'failed' ? name : null;
    })
    .then((handle) => handle.jsonValue())
    .finally(() => clearInterval(seen));
  if (state !== 'done') throw new Error(`the page failed: ${[await status(), ...problems].join('; ')}`);
  say(await status());
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
  const file = JSON.parse(readFileSync(await download.path(), 'utf8')) as BenchFile;
  await page.close();
  return file;
}

/** Serves the page, or runs it; false where a result is wrong. */
export async function runPageCommand(args: string[]): Promise<boolean> {
  const options = parseSuiteOptions('page', args);
  if (!options) {
    console.log(pageHelp);
    return true;
  }
  const { url, close } = await serveSuite(options.isHeadless ? 0 : options.port);
  if (!options.isHeadless) {
    console.log(`The benchmark is at ${url}?${query(options)}\nEnd it with Ctrl-C.`);
    return new Promise(() => {});
  }
  const loadBefore = load();
  const browser = await openBrowser();
  let found: BenchFile;
  try {
    found = await visit(browser, `${url}?${query(options)}&run=1`, (line) => console.error(line));
  } finally {
    await browser.close();
    await close();
  }
  // what a page cannot know
  const hash = commit();
  const file: BenchFile = {
    ...found,
    machine: { ...found.machine, cpu: machine().cpu, load: [loadBefore, load()] },
    ...(hash !== undefined && { commit: hash }),
  };
  const written = writeResults(file, options.out ?? ownFile('results/page.json'));
  console.log(suiteMarkdown(file));
  console.log(`Written to ${written.join(', ')}`);
  return file.results.every(({ status }) => status !== 'wrong' && status !== 'failed');
}
