import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { build } from 'vite';
import { shapes, trainingOptimizer } from '../models.js';
import { serve } from '../page/serve.js';
import { ownFile } from '../suite/own.js';
import type { GenaiRun } from './report.js';

const LEARNING_RATE = 1e-3;

/** Its packages, and those that its page needs. */
export const genaiFolder = () => ownFile('peers/genai');

/** Characters for a tokenizer that learns them; it keeps a few ids for itself. */
const text = () =>
  Array.from({ length: 20_000 }, (_, i) => String.fromCharCode(33 + (((i * 7919) % 8191) % 60))).join('');

/** genai-nanogpt in a page that is built and served here. */
export interface GenaiPeer {
  /** Trains nanoGPT's CPU shape from its start in a new page, on webgl. */
  train(browser: Browser, steps: number): Promise<GenaiRun>;
  close(): Promise<void>;
}

export async function openGenai(): Promise<GenaiPeer> {
  const root = genaiFolder();
  const outDir = mkdtempSync(join(tmpdir(), 'ashlar-bench-genai-'));
  const options = { outDir, emptyOutDir: true, target: 'es2022' };
  await build({ configFile: false, root, logLevel: 'error', build: options });
  const { url, close } = await serve(root, outDir, 0);
  return {
    async train(browser, steps) {
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
    },
    async close() {
      await close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
