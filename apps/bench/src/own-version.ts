import { readFileSync } from 'node:fs';

const manifest = new URL('../node_modules/@ashlar/ops/package.json', import.meta.url);

/** The version of Ashlar; the build is flat. */
export const opsVersion = (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
