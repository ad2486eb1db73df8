import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../src/repository.mjs';

let folder;

// the child that stands for the command line: counts the signals it hears
const child = `
let heard = 0;
process.on('SIGINT', () => heard++);
setInterval(() => {}, 1000);
console.log('ready ' + process.cwd() + ' ' + process.argv.slice(2).join(','));
process.on('SIGTERM', () => { console.log('heard ' + heard); process.exit(7); });
if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]));
if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL');
`;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ashlar-foreground-')));
  const source = pathToFileURL(join(root, 'tooling/scripts/run/foreground.mjs')).href;
  writeFileSync(join(folder, 'child.mjs'), child);
  writeFileSync(
    join(folder, 'parent.mjs'),
    `import { foreground } from '${source}';
process.exit(await foreground('${join(folder, 'child.mjs')}', process.argv.slice(2), { cwd: '${folder}' }));`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts the parent in a process group of its own, as a shell does, with its output collected. */
function start(...args) {
  const parent = spawn(process.execPath, [join(folder, 'parent.mjs'), ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => parent.on('close', (code) => resolve({ code, output })));
  let output = '';
  const ready = new Promise((resolve) => parent.stdout.on('data', (data) => ((output += data), resolve())));
  return { parent, ready, ended };
}

describe('a program run in the foreground', () => {
  it('gets its arguments and folder, and its exit status comes back', async () => {
    expect(await start('exit', '3').ended).toEqual({ code: 3, output: `ready ${folder} exit,3\n` });
  });

  it('ends as a shell would say when a signal ended it', async () => {
    expect((await start('die').ended).code).toBe(128 + 9);
  });

  it('is told when the shell that npm put in between was ended', async () => {
    const shell = spawn('sh', ['-c', `node ${join(folder, 'parent.mjs')} wait; true`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise((resolve) => shell.stdout.on('close', resolve)); // when the last of them is gone
    let output = '';
    await new Promise((resolve) => shell.stdout.on('data', (data) => ((output += data), resolve())));
    shell.kill('SIGTERM');
    await ended;
    expect(output).toContain('heard 0');
  });

  it('hears one Ctrl-C once, when the whole group and then npm send it', async () => {
    const { parent, ready, ended } = start('wait');
    await ready;
    process.kill(-parent.pid, 'SIGINT');
    process.kill(parent.pid, 'SIGINT');
    await wait(500);
    process.kill(parent.pid, 'SIGINT'); // a second Ctrl-C, later
    await wait(200);
    process.kill(parent.pid, 'SIGTERM');
    const { code, output } = await ended;
    expect(output).toContain('heard 2');
    expect(code).toBe(7);
  });
});
