import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
// @boundaries-ignore runs before anything is installed, so it cannot go through the package's name
import { findChromium } from '../../config/browser.mjs';
import { turbo } from './build.mjs';
import { install } from './install.mjs';
import { environment } from './workspace.mjs';

const missing = 'Install one (Debian: apt-get install -y chromium) or set CHROMIUM_PATH, then run npm test again.';

/** `npm test`: types, tests, browser tests and the checks of the repository. Further arguments go to turbo. */
export function test(args) {
  install();
  const env = environment();
  const required = Boolean(env.REQUIRE_BROWSER) || Boolean(env.CI && env.CI !== 'false');
  const chromium = findChromium(env);
  const tasks = ['typecheck', 'lint', 'test', 'test:packs'];
  if (chromium) {
    tasks.push('test:browser');
    env.CHROMIUM_PATH = chromium;
  }
  // results depend on the runtimes, which turbo does not hash by itself
  env.TEST_RUNTIME = `node ${process.version} ${process.platform}-${process.arch} ${versionOf(chromium)}`;
  const folders = reportFolders();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true }); // turbo restores those of cached suites

  let status = turbo(...tasks, '--continue', '--output-logs=new-only', ...args);
  const { suites, passed, failed, skipped } = total(folders);
  const faults = [];
  if (!chromium && required) faults.push(`no Chromium was found, and this run requires the browser tests. ${missing}`);
  if (status !== 0 && failed === 0) faults.push('a task other than a test failed: see above.');
  if (suites === 0) faults.push('no test report was written.');

  for (const fault of faults) console.log(`\nERROR: ${fault}`);
  if (!chromium && !required)
    console.log(`\nNOTE: the browser tests were NOT run, for no Chromium was found. ${missing}`);
  console.log(`\n${suites} suites${skipped ? `, ${skipped} skipped` : ''}`);
  console.log(`${passed} passed, ${failed + faults.length} failed`);
  if (failed + faults.length > 0) status ||= 1;
  return status;
}

const versionOf = (chromium) =>
  chromium ? spawnSync(chromium, ['--version', '--no-sandbox'], { encoding: 'utf8' }).stdout?.trim() : 'no browser';

const reportFolders = () =>
  ['packages', 'apps', 'tooling'].flatMap((group) => readdirSync(group).map((name) => join(group, name, 'reports')));

/** Adds up the counts that the reporter of `tooling/config` wrote, one file a suite. */
function total(folders) {
  const sum = { suites: 0, passed: 0, failed: 0, skipped: 0 };
  for (const folder of folders.filter((folder) => existsSync(folder)))
    for (const file of readdirSync(folder)) {
      const { passed, failed, skipped } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      sum.suites++;
      sum.passed += passed;
      sum.failed += failed;
      sum.skipped += skipped;
    }
  return sum;
}
