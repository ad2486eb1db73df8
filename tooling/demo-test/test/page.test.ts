import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { chromiumArgs, findChromium } from '@ashlar-internal/config/browser';
import { chromium, type Browser, type Page } from 'playwright';
import { preview, type PreviewServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// the built page, as a visitor gets it, in a real browser
let server: PreviewServer;
let browser: Browser;
let page: Page;
const problems: string[] = [];

const engineState = (wanted: string) =>
  page.waitForFunction(
    (state) => document.querySelector<HTMLElement>('[data-testid=engine]')?.dataset.state === state,
    wanted,
  );

beforeAll(async () => {
  const root = dirname(createRequire(import.meta.url).resolve('demo/package.json'));
  server = await preview({ root, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'error' });
  browser = await chromium.launch({ executablePath: findChromium()!, args: chromiumArgs });
  page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${server.resolvedUrls!.local[0]}?backend=wasm`);
  await page.waitForFunction(
    () => document.querySelector<HTMLSelectElement>('[data-testid=backend]')?.value === 'wasm',
  );
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

describe('the page', () => {
  it('cuts a sentence into tokens', async () => {
    await page.fill('[data-testid=sample]', 'the cat');
    await page.waitForFunction(() => document.querySelectorAll('[aria-label=Tokens] .token').length === 7);
    expect(await page.innerText('[aria-label=Tokens]')).toBe('the␣cat');
  });

  it('trains, pauses, continues, and shows both losses and a sample', async () => {
    await page.selectOption('[data-testid=preset]', 'nano');
    await page.fill('[data-testid=steps]', '120');
    await page.keyboard.press('Tab');
    await page.click('[data-testid=train]');
    await engineState('running');
    await page.click('[data-testid=pause]');
    await engineState('paused');
    await page.click('[data-testid=resume]');
    await engineState('done');
    const caption = await page.innerText('figcaption');
    expect(caption).toMatch(/training loss \d\.\d{3}/);
    const heldOut = Number(/held-out loss (\d\.\d{3}) at step 120/.exec(caption)?.[1]);
    const guessing = Number(/guessing (\d\.\d{3})/.exec(caption)?.[1]);
    expect(heldOut).toBeLessThan(guessing - 0.3);
    expect((await page.innerText('[data-testid=training-sample]')).length).toBeGreaterThan(20);
  });

  it('writes from the trained model, and the same model again on another backend', async () => {
    const write = async () => {
      await page.fill('[data-testid=prompt]', 'Anna ');
      await page.click('[data-testid=write]');
      await page.waitForFunction(
        () => document.querySelector('[data-testid=written]')?.getAttribute('aria-busy') === 'false',
      );
      return page.innerText('[data-testid=written]');
    };
    expect((await write()).startsWith('Anna ')).toBe(true);
    await page.selectOption('[data-testid=backend]', 'cpu');
    await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('[data-testid=write]')!.disabled);
    expect((await write()).length).toBeGreaterThan(20);
  });

  it('says in a sentence when a text is too short to learn from', async () => {
    await page.getByText('My own text').click();
    await page.fill('[data-testid=own-text]', 'Too short.');
    await page.click('[data-testid=train]');
    expect(await page.innerText('[data-testid=run-problem]')).toMatch(/too few/);
  });

  it('asked nobody else for anything and met no error', async () => {
    expect(await page.innerText('[data-testid=engine]')).toContain('0 requests to other servers');
    expect(problems).toEqual([]);
  });
});
