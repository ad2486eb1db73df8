import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root, rootTool, run, tool } from './repository.mjs';

/** What dependency-cruiser finds in the tree at `cwd` under the repository's rules, as `rule: from -> to`. */
export function cruise(cwd = root, folders = ['packages', 'apps']) {
  const config = join(root, '.dependency-cruiser.cjs');
  const { stdout, stderr } = run(tool('depcruise'), ['--config', config, '--output-type', 'json', ...folders], { cwd });
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed in ${cwd}: ${stderr}${stdout}`);
  const { summary, modules } = JSON.parse(stdout);
  const found = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  return {
    modules: summary.totalCruised,
    found: [...found, ...modules.flatMap((module) => onlyDeclaredForTests(module, cwd))],
  };
}

/** Imports of our own packages by a source whose manifest names them, if at all, for its tests: users would lack them. */
function onlyDeclaredForTests({ source, dependencies }, cwd) {
  const [, folder] = /^packages\/([^/]+)\/src\/(?!testing\/)(?!.*\.test\.ts$)/.exec(source) ?? [];
  if (!folder) return [];
  const manifest = readJson(join(cwd, 'packages', folder, 'package.json'));
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  return dependencies
    .map(({ module }) => /^@ashlar\/[^/]+/.exec(module)?.[0])
    .filter((name) => name && !(name in declared))
    .map((name) => `not-in-dependencies: ${source} -> ${name}`);
}

/** What `turbo boundaries` finds in the workspace at `cwd`, one sentence each. */
export function boundaries(cwd = root) {
  const { output } = run(rootTool('turbo'), ['boundaries'], { cwd });
  const [, files] = /Checked (\d+) files/.exec(output) ?? [];
  if (!files) throw new Error(`turbo boundaries failed in ${cwd}: ${output}`);
  const complaints = [];
  for (const line of output.split('\n'))
    if (line.startsWith('  x ')) complaints.push(line.slice(4));
    else if (line.startsWith('  | ')) complaints.push(`${complaints.pop()} ${line.slice(4)}`.replaceAll('/ ', '/')); // wrapped
  // its parser knows TypeScript only: AssemblyScript sources, which import nothing but each other, are not for it
  const unread = (text) => /^failed to parse file \S+\/assembly\//.test(text);
  const found = complaints.filter((text) => !unread(text) && !onlyForTests(text, cwd));
  return { files: Number(files), found };
}

/**
 * Whether a complaint about a tag is about a package that only tests use: tags know no difference, but a trainer's tests
 * may train a real model. That no source imports it is for dependency-cruiser to see.
 */
function onlyForTests(complaint, cwd) {
  const [, target, source] = /^Package `(.+)` found with tag listed in denylist for `(.+)`:/.exec(complaint) ?? [];
  if (!target) return false;
  const manifests = readdirSync(join(cwd, 'packages')).map((name) =>
    readJson(join(cwd, 'packages', name, 'package.json')),
  );
  const { dependencies, peerDependencies } = manifests.find(({ name }) => name === source);
  return !(target in { ...dependencies, ...peerDependencies });
}
