import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Visit } from './visit.js';

let visit: Visit;

beforeAll(async () => {
  visit = await Visit.start();
});
afterAll(() => visit?.end());

describe('the page', () => {
  it('cuts a sentence into tokens', async () => {
    const { page } = visit;
    await page.getByText('Characters', { exact: true }).click();
    await page.fill('[data-testid=sample]', 'the cat');
    await page.waitForFunction(() => document.querySelectorAll('[aria-label=Tokens] .token').length === 7);
    expect(await page.innerText('[aria-label=Tokens]')).toBe('the␣cat');
  });

  it('trains, pauses, continues, and shows both losses and a sample', async () => {
    const { page } = visit;
    await page.selectOption('[data-testid=preset]', 'nano');
    await page.fill('[data-testid=steps]', '600');
    await page.keyboard.press('Tab');
    await visit.click('train');
    await visit.engine('running');
    await visit.click('pause');
    await visit.engine('paused');
    await visit.click('resume');
    await visit.engine('done');
    const caption = await page.innerText('figcaption');
    expect(caption).toMatch(/training loss \d\.\d{3}/);
    const heldOut = Number(/held-out loss (\d\.\d{3}) at step 600/.exec(caption)?.[1]);
    const guessing = Number(/guessing (\d\.\d{3})/.exec(caption)?.[1]);
    expect(heldOut).toBeLessThan(guessing - 0.3);
    expect((await visit.text('training-sample')).length).toBeGreaterThan(20);
  });

  it('writes from the trained model, and the same model again on another backend', async () => {
    const { page } = visit;
    const write = async () => {
      await page.fill('[data-testid=prompt]', 'Anna ');
      await visit.click('write');
      await page.waitForFunction(
        () => document.querySelector('[data-testid=written]')?.getAttribute('aria-busy') === 'false',
      );
      return visit.text('written');
    };
    expect((await write()).startsWith('Anna ')).toBe(true);
    await page.selectOption('[data-testid=backend]', 'cpu');
    await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>('[data-testid=write]')!.disabled);
    expect((await write()).length).toBeGreaterThan(20);
  });

  it('says in a sentence when a model is too small to be taught answers', async () => {
    await visit.click('teach');
    expect(await visit.text('problem-sft')).toMatch(/longer context/);
  });

  it('says in a sentence when a text is too short to learn from', async () => {
    const { page } = visit;
    await page.getByText('My own text').click();
    await page.fill('[data-testid=own-text]', 'Too short.');
    await visit.click('train');
    expect(await visit.text('problem-pretrain')).toMatch(/too few/);
  });

  it('says before any work what a training needs, and refuses one that the backend cannot hold', async () => {
    const { page } = visit;
    const huge = { model: { hiddenSize: 2048, numHeads: 16, numLayers: 24, contextLength: 1024 } };
    await visit.open(huge);
    expect(await page.locator('[data-testid=too-large]').innerText()).toMatch(
      /^This needs \d+\.\d GiB; WASM holds at most [34]\.\d GiB: choose a smaller size\.$/,
    );
    expect(await page.isDisabled('[data-testid=train]')).toBe(true);
    await page.selectOption('[data-testid=preset]', 'nano');
    await page.getByText(/It takes \d+ MiB of memory at most/).waitFor();
    expect(await page.isDisabled('[data-testid=train]')).toBe(false);
  });

  it('shows how far a tokenizer is that learns from a long text', async () => {
    const { page } = visit;
    const seen = await page.locator('[data-testid=learning]').evaluateHandle((element: HTMLProgressElement) => {
      const found: { done: number; of: number }[] = [];
      const look = () => element.className === '' && found.push({ done: element.value, of: element.max });
      new MutationObserver(look).observe(element, { attributes: true });
      return found;
    });
    await page.locator('#tokens input[type=range]').fill('2048');
    await page.waitForFunction((found) => found.some(({ done, of }) => done > 256 && done < of), seen);
    expect((await seen.jsonValue()).every(({ of }) => of === 2048)).toBe(true);
    await page.locator('[data-testid=learning].unseen').waitFor({ state: 'attached' });
  });

  it('asked nobody else for anything and met no error', async () => {
    expect(await visit.text('engine')).toContain('0 requests to other servers');
    expect(visit.problems).toEqual([]);
  });
});
