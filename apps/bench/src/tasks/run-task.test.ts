import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readBand } from './files.js';
import { tasks } from './index.js';
import { runTask, taskHelp } from './run-task.js';

test('every task is in the help', () => {
  for (const name of Object.keys(tasks)) expect(taskHelp).toContain(`  ${name} `);
});

test('what cannot be run ends with a sentence', async () => {
  await expect(runTask(['nothing'])).rejects.toThrow("there is no task 'nothing'; there are lora, lora-step");
  await expect(runTask(['lora', '--seeds', '0'])).rejects.toThrow(
    '--seeds must be a whole number from 1 to 100, not 0.',
  );
});

test.each(['lora', 'reward', 'ppo'])('the band %s names what wrote it', (name) => {
  const { source, seeds } = readBand<{ source: string; seeds: number[] }>(name);
  expect(existsSync(new URL(`../../../../${source}`, import.meta.url))).toBe(true);
  expect(seeds.length).toBeGreaterThanOrEqual(3);
});
