import { transform } from 'esbuild';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, root, run, tool } from '../../src/repository.mjs';
import { entries, scratch } from '../../src/scratch.mjs';

/** The README that a package is published with. */
function readme(name) {
  const path = join(scratch, 'node_modules', name, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The TypeScript snippets of a document, as a user would copy them. */
const snippets = (text) => [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, source]) => source);

const libraries = packages.filter(({ manifest }) => entries(manifest).length > 0).map(({ manifest }) => manifest.name);
const fileOf = (name, index) => `${name.replace(/[@/]/g, '-').slice(1)}-${index}`;

describe.each(libraries)('README of %s', (name) => {
  const found = snippets(readme(name));

  it('opens with its name, an install line and a snippet', () => {
    const text = readme(name);
    expect(text.split('\n')[0]).toBe(`# ${name}`);
    expect(text).toMatch(new RegExp(`npm install .*${name}`));
    expect(found.length).toBeGreaterThan(0);
  });

  it.each(found.map((source, index) => [index + 1, source]))('snippet %i runs', (index, source) =>
    runs(fileOf(name, index), source),
  );
});

it.each(snippets(readFileSync(join(root, 'README.md'), 'utf8')))('the first page: %s', (source) =>
  runs('first-page', source),
);

async function runs(file, source) {
  const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
  writeFileSync(join(scratch, `${file}.mjs`), code);
  const { status, output } = run(process.execPath, [`${file}.mjs`], { cwd: scratch, timeout: 120_000 });
  expect(status, output).toBe(0);
}

it('all snippets agree with the published types', () => {
  const files = libraries.flatMap((name) =>
    snippets(readme(name)).map((source, index) => {
      const file = `${fileOf(name, index + 1)}.mts`;
      writeFileSync(join(scratch, file), `${source}\nexport {};\n`);
      return file;
    }),
  );
  const options =
    '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --lib es2022,esnext.disposable,dom,dom.iterable';
  const { output } = run(tool('tsc'), [...options.split(' '), ...files], { cwd: scratch });
  expect(output).toBe('');
});
