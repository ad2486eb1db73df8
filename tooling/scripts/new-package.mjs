// pnpm new NAME ["what it exists for"] [--floor FLOOR]
// Makes packages/NAME from the skeleton of the smallest package and tells the lists of the repository about it.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';

const skeleton = 'packages/embeddings';
const copied = ['tsconfig.json', 'tsup.config.ts', 'vitest.config.ts'];
const template = join(import.meta.dirname, 'template');

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const writeJson = async (path, value) =>
  writeFileSync(path, await format(JSON.stringify(value, null, 2), { filepath: path, printWidth: 120 }));

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { floor: { type: 'string' } } });
const [name, purpose = `The ${name} of a language model.`] = positionals;
if (!existsSync('pnpm-workspace.yaml')) fail('Run this in the folder of the repository.');
if (!name || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
  fail('Usage: pnpm new NAME ["what it exists for"] [--floor FLOOR], NAME in kebab-case.');
const folder = join('packages', name);
if (existsSync(folder)) fail(`${folder} exists already.`);
const floor = await registerFloor();

for (const file of copied) {
  mkdirSync(folder, { recursive: true });
  cpSync(join(skeleton, file), join(folder, file));
}
await writeJson(join(folder, 'package.json'), manifest());
await writeJson(join(folder, 'turbo.json'), { extends: ['//'], tags: [floor] });
for (const file of readdirSync(template, { recursive: true }))
  if (file.endsWith('.template')) fill(file.replace(/\.template$/, ''));
await registerChecks();
console.log(`Made ${folder} on the floor "${floor}". Next:

  pnpm install
  pnpm --filter @ashlar/${name} test

Then a line in the README's table of packages, and npm run changeset.
`);

/** The floor from the list, or the one asked for, which is then written into the list. */
async function registerFloor() {
  const path = 'tooling/checks/floors.json';
  const list = readJson(path);
  const names = Object.keys(list.floors);
  const known = names.find((floor) => list.floors[floor].includes(name));
  if (known && values.floor && known !== values.floor) fail(`${name} stands on the floor "${known}" in ${path}.`);
  const floor = known ?? values.floor ?? 'parts';
  if (!names.includes(floor)) fail(`There is no floor "${floor}". There are: ${names.join(', ')}.`);
  if (!known) list.floors[floor].push(name);
  await writeJson(path, list);
  return floor;
}

/** The skeleton's manifest with this package's name, and nothing of ours that it depended on. */
function manifest() {
  const { dependencies: _, ...rest } = readJson(join(skeleton, 'package.json'));
  const { '.': entry, './package.json': self } = rest.exports;
  return {
    ...rest,
    name: `@ashlar/${name}`,
    version: '0.0.0',
    description: purpose,
    repository: { ...rest.repository, directory: folder },
    exports: { '.': entry, './package.json': self },
  };
}

function fill(file) {
  const text = readFileSync(join(template, `${file}.template`), 'utf8')
    .replaceAll('{{name}}', name)
    .replaceAll('{{purpose}}', purpose);
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

/** The packaging checks build what their manifest names, and hold every entry to a size. */
async function registerChecks() {
  const path = 'tooling/checks/package.json';
  const checks = readJson(path);
  const dependencies = Object.entries({ ...checks.dependencies, [`@ashlar/${name}`]: 'workspace:*' });
  await writeJson(path, {
    ...checks,
    dependencies: Object.fromEntries(dependencies.sort(([a], [b]) => (a < b ? -1 : 1))),
  });
  const budgets = readJson('tooling/checks/size-budgets.json');
  await writeJson('tooling/checks/size-budgets.json', { ...budgets, [`@ashlar/${name}`]: 1000 });
}
