import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packages, readJson } from './repository.mjs';
import { entries, scratch } from './scratch.mjs';

/** Bytes of each entry of each package, minified and gzipped, without what it imports from other packages. */
export async function sizes() {
  const table = {};
  for (const { manifest } of packages)
    for (const entry of entries(manifest).filter((name) => !name.endsWith('/testing')))
      table[entry] = await size(entry, manifest);
  return table;
}

async function size(entry, { name, exports }) {
  const path = exports[`.${entry.slice(name.length)}`].import.default;
  const { outputFiles } = await build({
    stdin: {
      contents: readFileSync(join(scratch, 'node_modules', name, path), 'utf8'),
      resolveDir: join(scratch, 'node_modules', name, 'dist'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** The bytes that each entry may have, by name: `size-budgets.json`. */
export const budgets = () => readJson(join(import.meta.dirname, '..', 'size-budgets.json'));

/** The table as text: entry, size, budget. */
export function sizeTable(measured, allowed) {
  const rows = Object.entries(measured).map(([entry, bytes]) => [
    entry,
    `${kilobytes(bytes)} kB`,
    `${kilobytes(allowed[entry])} kB`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map(([entry, ...numbers]) =>
      [entry.padEnd(widths[0]), ...numbers.map((text, i) => text.padStart(widths[i + 1]))].join('  '),
    )
    .join('\n');
}

const kilobytes = (bytes) => (bytes === undefined ? '?' : (bytes / 1000).toFixed(2));
