// pnpm lint: ESLint with types and prettier's format, over the whole repository at once.
import { root, run, tool } from './repository.mjs';

const checks = [
  ['eslint', tool('eslint'), ['.', '--max-warnings=0']],
  ['prettier', tool('prettier'), ['--check', '--log-level=warn', '.']],
];
let failed = 0;
for (const [name, program, args] of checks) {
  const { status, output } = run(program, args, { cwd: root });
  if (status === 0) continue;
  failed++;
  console.log(`${name}:\n${output}`);
}
if (failed === 0) console.log('lint: nothing found');
process.exit(failed > 0 ? 1 : 0);
