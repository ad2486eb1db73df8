import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { stateAt } from '../test/numbered-state.js';
import { loadTrainingState } from './index.js';
import { nodeStore } from './node.js';

const run = promisify(execFile);
const newFolder = () => mkdtemp(join(tmpdir(), 'ashlar-crash-'));
let saver: string;

beforeAll(async () => {
  const outDir = await newFolder();
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: fileURLToPath(new URL('../test/saver.ts', import.meta.url)),
      outDir,
      target: 'es2022',
      rollupOptions: { output: { entryFileNames: 'saver.mjs' } },
    },
  });
  saver = join(outDir, 'saver.mjs');
});

/** Step of the state in a folder, all of whose parts must be of that step. */
async function savedStep(folder: string): Promise<number> {
  const state = await loadTrainingState(nodeStore(folder), 'checkpoints');
  if (!state) return 0;
  const { step } = state.progress;
  expect({ model: state.model, optimizer: state.optimizer, progress: state.progress }).toEqual(stateAt(step));
  return step;
}

/** Lets a process save two states and kills it a part of the way through the third; the last that it reported. */
async function killedInSave(folder: string, part: number): Promise<number> {
  const child = spawn(process.execPath, [saver, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  let reported = '';
  let kill: NodeJS.Timeout | undefined;
  let before = 0;
  child.stdout.on('data', (lines: Buffer) => {
    reported += String(lines);
    if (before > 0) kill ??= setTimeout(() => child.kill('SIGKILL'), part * (performance.now() - before));
    before = performance.now();
  });
  expect(await gone).toBe('SIGKILL');
  return Number(reported.trim().split('\n').at(-1));
}

describe('a process that saves one state after the other', () => {
  it('killed again and again, leaves every state it reported or a newer one, and no litter', async () => {
    const folder = await newFolder();
    const kills = 10;
    for (let kill = 0; kill < kills; kill++) {
      const reported = await killedInSave(folder, kill / kills);
      expect(await savedStep(folder)).toBeGreaterThanOrEqual(reported);
    }
    const last = await savedStep(folder);
    expect(last).toBeGreaterThanOrEqual(2 * kills);
    await run(process.execPath, [saver, folder, '2']);
    expect(await savedStep(folder)).toBe(last + 2);
    expect((await readdir(join(folder, 'checkpoints'))).sort()).toEqual(
      ['latest.json', `state-${last + 1}`, `state-${last + 2}`].sort(),
    );
  });

  it.skipIf(process.platform === 'win32')('may not write beyond a size: says so and keeps the last state', async () => {
    const folder = await newFolder();
    await run(process.execPath, [saver, folder, '1']);
    // the kernel breaks the writes of files above the limit off in the middle
    for (const blocks of [1, 3, 7]) {
      const script = `ulimit -f ${blocks}; exec "$0" "$1" "$2" 1`;
      const failure = await run('/bin/sh', ['-c', script, process.execPath, saver, folder]).catch((error) => error);
      expect(failure.code).toBe(1);
      expect(failure.stdout.split('\n')).toEqual([
        `could not write ${join(folder, 'checkpoints/state-2/model.safetensors')}: the file would be larger than the system allows (EFBIG)`,
        '',
      ]);
      expect(await savedStep(folder)).toBe(1);
      expect((await readdir(join(folder, 'checkpoints'))).sort()).toEqual(['latest.json', 'state-1']);
    }
  });
});
