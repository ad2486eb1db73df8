import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { chromiumArgs, findChromium } from '@ashlar-internal/config/browser';
import { chromium, type Browser, type Page } from 'playwright';
import { preview, type PreviewServer } from 'vite';

/** Of PPO: enough to be paused and stopped in time, also on a busy machine. */
export const iterations = 150;

/** The whole recipe in seconds. */
const settings = {
  world: { stories: 200, demonstrations: 120, preferences: 60, questions: 40, heldOut: 12 },
  tokenizer: { vocabSize: 500 },
  model: { hiddenSize: 16, numHeads: 2, contextLength: 112 },
  pretrain: { training: { steps: 20, batchSize: 8 } },
  sft: { training: { steps: 20, batchSize: 8, evaluateEvery: 10 } },
  reward: { training: { steps: 12, batchSize: 8, evaluateEvery: 6 } },
  ppo: { iterations, batchSize: 4, minibatchSize: 2, maxNewTokens: 12, scaleQuestions: 4 },
  report: { questions: 8, shown: 3, maxNewTokens: 26 },
};

/** The built page, as a visitor gets it, in a real browser. */
export class Visit {
  /** Errors that the page met. */
  readonly problems: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly server: PreviewServer,
  ) {}

  static async start(): Promise<Visit> {
    const root = dirname(createRequire(import.meta.url).resolve('demo/package.json'));
    const server = await preview({ root, preview: { host: '127.0.0.1', port: 0 }, logLevel: 'error' });
    const browser = await chromium.launch({ executablePath: findChromium()!, args: chromiumArgs });
    const page = await browser.newPage();
    const visit = new Visit(page, browser, server);
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => visit.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && visit.problems.push(message.text()));
    await visit.open(settings);
    return visit;
  }

  /** Loads the page with settings of the recipe. */
  async open(changes: object): Promise<void> {
    await this.page.goto(`${this.server.resolvedUrls!.local[0]}?backend=wasm&settings=${JSON.stringify(changes)}`);
    await this.backend('wasm');
  }

  async end(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** What stands in an element with a test id. */
  text = (testId: string): Promise<string> => this.page.innerText(`[data-testid=${testId}]`);

  click = (testId: string): Promise<void> => this.page.click(`[data-testid=${testId}]`);

  /** A number with its name, in a step. */
  fact = (step: string, name: string): Promise<string> => this.page.innerText(`#${step} [data-fact="${name}"] dd`);

  /** Waits until the engine is in a state. */
  async engine(wanted: string): Promise<void> {
    await this.page.waitForFunction(
      (state) => document.querySelector<HTMLElement>('[data-testid=engine]')?.dataset.state === state,
      wanted,
    );
  }

  async backend(wanted: string): Promise<void> {
    await this.page.waitForFunction(
      (name) => document.querySelector<HTMLSelectElement>('[data-testid=backend]')?.value === name,
      wanted,
    );
  }

  /** Asks for something and waits until it is done. */
  async job(testId: string): Promise<void> {
    await this.click(testId);
    // what was asked for is shown by the second frame
    await this.page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))));
    await this.engine('done');
  }
}
