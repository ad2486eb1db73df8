import { join } from 'node:path';
import { root, rootTool, run, tool } from './repository.mjs';

/** What dependency-cruiser finds in the tree at `cwd` under the repository's rules, as `rule: from -> to`. */
export function cruise(cwd = root, folders = ['packages', 'apps']) {
  const config = join(root, '.dependency-cruiser.cjs');
  const { stdout, stderr } = run(tool('depcruise'), ['--config', config, '--output-type', 'json', ...folders], { cwd });
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser failed in ${cwd}: ${stderr}${stdout}`);
  const { summary } = JSON.parse(stdout);
  return {
    modules: summary.totalCruised,
    found: summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
  };
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
  return {
    files: Number(files),
    found: complaints.filter((text) => !/^failed to parse file \S+\/assembly\//.test(text)),
  };
}
