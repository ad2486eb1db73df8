import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Visit } from './visit.js';

let visit: Visit;
const share = async (step: string, name: string) => Number.parseFloat(await visit.fact(step, name));

beforeAll(async () => {
  visit = await Visit.start();
  await visit.click('load-prepared');
  await visit.page.waitForSelector('[data-testid=prepared-details]');
});
afterAll(() => visit?.end());

describe('prepared results', () => {
  it('show every step at once, and say everywhere that they were prepared', async () => {
    const { page } = visit;
    for (const stage of ['pretrain', 'sft', 'reward', 'ppo'])
      expect(await visit.text(`prepared-${stage}`)).toMatch(/^Prepared\./);
    expect(await page.locator('figure.chart').count()).toBe(4);
    expect(await share('sft', 'right after')).toBeGreaterThan(await share('sft', 'right before'));
    expect(await share('ppo', 'and after')).toBeGreaterThan(await share('ppo', "the world's rule before"));
    expect(await page.locator('[data-testid=bench]').count()).toBe(1);
  });

  it('say with which settings, and name the models by their hashes', async () => {
    await visit.page.click('[data-testid=prepared-details] summary');
    const details = await visit.text('prepared-details');
    expect(details.match(/SHA-256 [0-9a-f]{64}/g)).toHaveLength(4);
    expect(details).toMatch(/"seed": \d+/);
  });

  it('bring models that answer: the aligned one politely', async () => {
    await visit.page.fill(
      '[data-testid=question]',
      'On Monday Tom was in the park. He found a hat. Later a pig came. Where was Tom?',
    );
    await visit.job('ask');
    expect(await visit.text('chat-sft')).toContain('park');
    expect(await visit.text('chat-ppo')).toContain('park');
    expect(await visit.text('chat-pretrain')).not.toBe(await visit.text('chat-sft'));
  });

  it('give way to what is computed in the tab from its first moment on', async () => {
    await visit.click('practise');
    await visit.click('stop-ppo');
    await visit.engine('stopped');
    expect(await visit.page.locator('[data-testid=prepared-ppo]').count()).toBe(0);
    expect(await visit.page.locator('#ppo [data-fact]').count()).toBe(0);
    expect(await visit.page.locator('[data-testid=prepared-reward]').count()).toBe(1);
  });

  it('give way to a model that is made in the tab, and so do all steps after it', async () => {
    await visit.job('teach');
    expect(await visit.page.locator('[data-testid=prepared-pretrain]').count()).toBe(1);
    for (const stage of ['sft', 'reward', 'ppo'])
      expect(await visit.page.locator(`[data-testid=prepared-${stage}]`).count()).toBe(0);
    expect(await visit.page.locator('#ppo figure.chart').count()).toBe(0);
  });

  it('asked nobody else for anything and met no error', async () => {
    expect(await visit.text('engine')).toContain('0 requests to other servers');
    expect(visit.problems).toEqual([]);
  });
});
