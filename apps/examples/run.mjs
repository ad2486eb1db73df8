// pnpm example 02        runs src/02-….ts from its sources
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'src');
const examples = readdirSync(folder)
  .filter((name) => /^\d\d-.*(?<!\.test)\.ts$/.test(name))
  .sort();
const wanted = process.argv[2];
const file = wanted && examples.find((name) => name.startsWith(wanted));
if (!file) {
  console.error(
    `Which example? One of:\n${examples.map((name) => `  pnpm example ${name.slice(0, 2)}   ${name}`).join('\n')}`,
  );
  process.exit(1);
}
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const code = `import(${JSON.stringify(pathToFileURL(join(folder, file)).href)}).then((example) => example.main())`;
const { status } = spawnSync(process.execPath, ['--import', tsx, '--conditions=@ashlar/source', '-e', code], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
