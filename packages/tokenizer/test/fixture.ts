import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const folder = process.env.ASHLAR_FIXTURES ?? fileURLToPath(new URL('fixtures', import.meta.url));

/** What a program of `tooling/reference` wrote; `ASHLAR_FIXTURES` names another folder of such files. */
export function readFixture<T>(name: string): T {
  const file = join(folder, `${name}.json.gz`);
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as T;
}
