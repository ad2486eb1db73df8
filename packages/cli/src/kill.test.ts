import { jabberwocky } from '@ashlar/data';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { spawned, temporaryFolder } from '../test/captured.js';
import { expectSameFiles, filesOf } from '../test/files-of.js';

const folder = temporaryFolder();
const settings = {
  training: { steps: 60, evaluateEvery: 20, batchSize: 4 },
  samples: { maxNewTokens: 8 },
  model: { hiddenSize: 16 },
};
const pretrain = (out: string, ...more: string[]) => [
  ...['pretrain', '--text', 'poem.txt', '--preset', 'nano', '--config', 'settings.json', '--out', out],
  ...more,
];

/** Every file of a run but the times. */
const lasting = (run: string) => filesOf(join(folder, run), (path) => path !== 'timings.jsonl');

beforeAll(async () => {
  writeFileSync(join(folder, 'poem.txt'), jabberwocky);
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  expect(await spawned(pretrain('whole'), folder)).toMatchObject({ code: 0, err: '' });
}, 120_000);

describe('a pretraining in a process of its own', { timeout: 180_000 }, () => {
  it('with two threads, of a model whose work they share, leaves the same bytes', async () => {
    const training = { steps: 6, evaluateEvery: 6, batchSize: 16 };
    writeFileSync(join(folder, 'wide.json'), JSON.stringify({ ...settings, training, model: { hiddenSize: 128 } }));
    for (const threads of ['1', '2'])
      expect(
        await spawned([...pretrain(`threads-${threads}`, '--threads', threads), '--config', 'wide.json'], folder),
      ).toMatchObject({ code: 0, err: '' });
    expectSameFiles(lasting('threads-2'), lasting('threads-1'));
  });

  it('that is killed again and again and resumed leaves the same bytes', async () => {
    // once before the first state, once between two, once somewhere after the second
    const moments = ['step 0/60', 'step 20/60', 'step 40/60'];
    for (const [i, moment] of moments.entries()) {
      const { code } = await spawned(pretrain('killed', ...(i > 0 ? ['--resume'] : [])), folder, (said, send) => {
        if (said.includes(moment)) setTimeout(() => send('SIGKILL'), 7 * i);
      });
      expect(code).toBeNull();
    }
    expect(await spawned(pretrain('killed', '--resume'), folder)).toMatchObject({ code: 0 });
    expectSameFiles(lasting('killed'), lasting('whole'));
  });

  it('that is interrupted finishes its step, says how to go on, and goes on', async () => {
    const stopped = await spawned(pretrain('stopped', '--json'), folder, (said, send) => {
      if (said.includes('step 20/60')) send('SIGINT');
    });
    expect(stopped.code).toBe(130);
    const [, step] = /stopped after step (\d+): the same command with --resume goes on\n$/.exec(stopped.err)!;
    expect(JSON.parse(stopped.out)).toMatchObject({ steps: Number(step), trainLoss: null });
    const resumed = await spawned(pretrain('stopped', '--resume', '--json'), folder);
    expect(resumed.code).toBe(0);
    expect(resumed.err).toContain(`resumed      after step ${step}\n`);
    expectSameFiles(lasting('stopped'), lasting('whole'));
  });
});
