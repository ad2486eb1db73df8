import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iterations, Visit } from './visit.js';

let visit: Visit;
const judgedByYou = () => visit.fact('judge', 'judged by you');

beforeAll(async () => {
  visit = await Visit.start();
  await visit.job('train');
});
afterAll(() => visit?.end());

describe('the steps after pretraining', () => {
  it('show what is learnt of an example, teach, and answer the same questions before and after', async () => {
    const { page } = visit;
    // the worker cuts the examples after it has answered for the training
    const first = page.locator('[data-testid=loss-mask]').first();
    await first.waitFor();
    const learnt = (await first.locator('mark').allInnerTexts()).join('');
    const read = (await first.locator('span').allInnerTexts()).join('');
    expect(learnt).toMatch(/^[A-Z].*\.<\|end\|>/);
    expect(read).toMatch(/\?/);
    await visit.job('teach');
    expect(await visit.fact('sft', 'questions asked')).toBe('8');
    const answers = page.locator('[data-testid=before-after] [data-testid=answers] > li');
    expect(await answers.count()).toBe(3);
    expect(await answers.first().innerText()).toMatch(/pretrained[^]*fine-tuned/);
  });

  it('let a person judge by keyboard and mouse, with ties and undo', async () => {
    const { page } = visit;
    await visit.job('compare');
    const left = await visit.text('answer-left');
    await page.focus('[data-testid=bench]');
    for (const key of ['ArrowLeft', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
    expect([await judgedByYou(), await visit.fact('judge', 'of them ties')]).toEqual(['3', '1']);
    await visit.click('verdict-right');
    await page.keyboard.press('u');
    expect(await judgedByYou()).toBe('3');
    const [download] = await Promise.all([page.waitForEvent('download'), visit.click('save-pairs')]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Record<string, { role: string; content: string }[]>);
    expect(rows).toHaveLength(2);
    expect(Object.keys(rows[0]!)).toEqual(['prompt', 'chosen', 'rejected']);
    expect(rows[0]!['chosen']![0]!.content.trim()).toBe(left);
  });

  it('count the verdicts of the rule apart', async () => {
    await visit.job('rule');
    expect(await judgedByYou()).toBe('3');
    expect(Number(await visit.fact('judge', 'judged by the rule'))).toBeGreaterThan(20);
  });

  it('train a reward model on the pairs of both, and say so', async () => {
    await visit.job('train-reward');
    const yours = await visit.fact('judge', 'pairs to learn from');
    expect(await visit.fact('reward', 'your pairs')).toBe(yours);
    expect(await visit.fact('reward', "the world's pairs")).toBe('60');
    expect(await visit.fact('reward', 'held-out pairs in the right order')).toMatch(/^\d+ %$/);
  });

  it('practise with a pause, and show reward and KL of every iteration with answers', async () => {
    const { page } = visit;
    await visit.click('practise');
    await visit.click('pause-ppo');
    await visit.engine('paused');
    await visit.click('resume-ppo');
    await visit.engine('done');
    await page.locator('#ppo').getByText('Show as table').click();
    expect(await page.locator('#ppo tbody tr').count()).toBe(iterations);
    expect(await page.innerText('#ppo figcaption')).toMatch(/reward -?\d\.\d\d[^]*KL -?\d/);
    expect(await page.locator('[data-testid=rollouts] > li').count()).toBe(4);
  });

  it('stop practising and keep the model as it was by then', async () => {
    await visit.click('practise');
    await visit.click('stop-ppo');
    await visit.engine('stopped');
    expect(await visit.page.locator('[data-testid=problem-ppo]').count()).toBe(0);
  });

  it('put one question to all three models', async () => {
    await visit.page.fill('[data-testid=question]', 'On Monday Tom was in the park. He found a hat. Where was Tom?');
    await visit.job('ask');
    for (const stage of ['pretrain', 'sft', 'ppo'])
      expect((await visit.text(`chat-${stage}`)).length).toBeGreaterThan(0);
  });

  it('keep the verdicts when the page is loaded again', async () => {
    await visit.page.reload();
    await visit.backend('wasm');
    expect(await judgedByYou()).toBe('3');
  });

  it('asked nobody else for anything and met no error', async () => {
    expect(await visit.text('engine')).toContain('0 requests to other servers');
    expect(visit.problems).toEqual([]);
  });
});
