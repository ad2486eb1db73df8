// Every command of the repository, on a machine with Node and npm only. It runs before anything is installed, so it
// uses nothing but Node's built-in modules; the README says what each command does.
import { ashlar, bench } from './run/programs.mjs';
import { build } from './run/build.mjs';
import { checkNode, fail } from './run/workspace.mjs';
import { install } from './run/install.mjs';
import { start } from './run/start.mjs';
import { test } from './run/test.mjs';

const commands = {
  start,
  test,
  setup: build,
  build,
  ashlar,
  bench,
  /** `npm install`, by habit, ends here: pnpm puts the real tree in place of npm's. */
  postinstall: () => {
    if ((process.env.npm_config_user_agent ?? '').startsWith('pnpm/')) return 0; // pnpm is at work already
    install({ force: true });
    console.log('\nInstalled with pnpm. Next: npm start, or npm test.\n');
    return 0;
  },
};

const [name = 'setup', ...args] = process.argv.slice(2);
checkNode();
if (!Object.hasOwn(commands, name)) fail(`Unknown command ${name}. There are: ${Object.keys(commands).join(', ')}.`);
process.exit(await commands[name](args));
