import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../src/program.js';

/** What a command line left behind. */
export interface Captured {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command line in this process. */
export const captured = (...argv: string[]): Promise<Captured> => capturedTyping([], ...argv);

/** As `captured`, while somebody types `lines`. */
export async function capturedTyping(lines: readonly string[], ...argv: string[]): Promise<Captured> {
  const result = { out: '', err: '' };
  const code = await run(argv, {
    out: (text) => (result.out += text),
    err: (text) => (result.err += text),
    input: Readable.from(lines.map((line) => `${line}\n`)),
    isWatched: { out: false, err: false },
  });
  return { code, ...result };
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'ashlar-cli-'));

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** How Node runs the sources of the command line. */
const fromSource = ['--conditions=@ashlar/source', '--import', import.meta.resolve('tsx'), file('../src/main.ts')];

/** Starts a command line in a process of its own; `watch` sees everything it says so far and may send it a signal, once. */
export function spawned(
  argv: readonly string[],
  cwd: string,
  watch: (said: string, send: (signal: NodeJS.Signals) => void) => void = () => {},
): Promise<Captured> {
  const child = spawn(process.execPath, [...fromSource, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const result = { out: '', err: '' };
  let isSent = false;
  const send = (signal: NodeJS.Signals) => {
    if (!isSent) child.kill(signal);
    isSent = true;
  };
  const listen = (stream: 'out' | 'err') => (chunk: Buffer) => {
    result[stream] += chunk.toString();
    watch(result.out + result.err, send);
  };
  child.stdout.on('data', listen('out'));
  child.stderr.on('data', listen('err'));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...result })));
}
