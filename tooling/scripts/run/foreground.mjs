import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { environment } from './workspace.mjs';

/**
 * Runs a Node program as if it had been typed: same terminal, same exit status, and every Ctrl-C reaches it exactly once.
 *
 * At a terminal the kernel sends SIGINT to the whole foreground group, this process and the child: passing it on would
 * double it, and npm doubles it once more. Without a terminal the child gets a group of its own and hears from us alone.
 * When npm is told to stop, it ends the shell in between and we are orphaned without a word: then the child is told.
 */
export function foreground(program, args, { cwd, env = {} } = {}) {
  const terminal = process.stdin.isTTY === true;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    stdio: 'inherit',
    env: { ...environment(), ...env },
    detached: !terminal && process.platform !== 'win32',
  });
  const last = {};
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      told = true;
      const now = performance.now();
      const repeated = now - (last[signal] ?? -Infinity) < 300;
      last[signal] = now;
      if (!repeated && !(terminal && signal === 'SIGINT')) child.kill(signal);
    });
  const parent = process.ppid;
  const orphaned = () => {
    if (told || process.ppid === parent) return;
    told = true; // once: a second signal would end the child before it has saved its work
    child.kill('SIGTERM');
  };
  setInterval(orphaned, 250).unref();
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.on('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}
