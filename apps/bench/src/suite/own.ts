import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A file of this application; the build is flat. */
export const ownFile = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The commit that is checked out; undefined outside of git. */
export function commit(): string | undefined {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: ownFile('.'), encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined;
  }
}
