import { join } from 'node:path';
import { turbo } from './build.mjs';
import { foreground } from './foreground.mjs';
import { install } from './install.mjs';
import { root } from './workspace.mjs';

/** `npm start`: installs what the page needs, builds it and serves it until Ctrl-C. Further arguments go to `vite preview`. */
export async function start(args) {
  install({ closure: 'demo' });
  const status = turbo('build', '--filter=demo', '--output-logs=new-only');
  if (status !== 0) return status;
  const demo = join(root, 'apps', 'demo');
  const vite = join(demo, 'node_modules', 'vite', 'bin', 'vite.js');
  const ended = await foreground(vite, ['preview', '--host', '127.0.0.1', '--port', '4173', ...args], { cwd: demo });
  return ended > 128 ? 0 : ended; // stopped by a signal, which is how it ends
}
