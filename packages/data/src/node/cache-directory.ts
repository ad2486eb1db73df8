import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where downloads are kept: `ASHLAR_CACHE_DIR`, or `ashlar` in the place the system has for caches (`XDG_CACHE_HOME`,
 * `~/.cache`, `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env['ASHLAR_CACHE_DIR']) return env['ASHLAR_CACHE_DIR'];
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'ashlar');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'ashlar');
  if (process.platform === 'win32' && env['LOCALAPPDATA']) return join(env['LOCALAPPDATA'], 'ashlar', 'Cache');
  return join(homedir(), '.cache', 'ashlar');
}
