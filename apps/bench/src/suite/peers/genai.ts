import { isInstalled } from '../../competitors.js';
import { genaiFolder, openGenai } from '../../genai/peer.js';
import { genaiCheck } from '../../genai/report.js';
import { shapes } from '../../models.js';
import { openBrowser } from '../../page/serve.js';
import type { Task } from '../case.js';
import type { Player } from '../turns.js';

/** It keeps to a page and takes the time of a GPU, so of the training steps it does nanoGPT's alone. */
export const genaiDoes = (task: Task) => task.kind === 'train' && task.shape.model === shapes['config-a'].model;

/**
 * genai-nanogpt in a Chromium without a window, on webgl, and how it is ended. A turn is a run of its own, whose first step
 * does not count.
 * @throws Error when its 400 MB of packages are not there, or no browser
 */
export async function genaiPlayer(inputHash: string): Promise<{ player: Player; end(): Promise<void> }> {
  if (!isInstalled(genaiFolder())) throw new Error('not installed; npm run bench -- genai does that');
  const browser = await openBrowser();
  const peer = await openGenai();
  const end = async () => {
    await browser.close();
    await peer.close();
  };
  try {
    const first = await peer.train(browser, 3);
    const player: Player = {
      who: { backend: 'webgl', by: 'genai-nanogpt' },
      firstMs: first.ms[0]!,
      inputHash,
      async play(count) {
        const { ms } = await peer.train(browser, count + 1);
        return ms.slice(1).reduce((a, b) => a + b, 0);
      },
      check: () => Promise.resolve(genaiCheck(first.losses)),
    };
    return { player, end };
  } catch (error) {
    await end();
    throw error;
  }
}
