import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of this application, found from `src` and from the build, which is flat. */
const file = (path: string) =>
  fileURLToPath(new URL(`${/\/src\/tasks\/[^/]+$/.test(import.meta.url) ? '../..' : '..'}/${path}`, import.meta.url));

/** What a reference got over its seeds: `bands/<name>.json`, written by a program of `tooling/reference`. */
export const readBand = <T>(name: string) => JSON.parse(readFileSync(file(`bands/${name}.json`), 'utf8')) as T;

export const resultFile = (name: string) => file(`results/${name}.json`);
