import { useBackend } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import cliProgress from 'cli-progress';
import { load, machine } from '../machine.js';
import { opsVersion } from '../own-version.js';
import { measureRoofline } from '../roofline.js';
import { chooseCases } from './cases/index.js';
import { commit, ownFile } from './own.js';
import { suiteMarkdown } from './report.js';
import type { BenchFile } from './result.js';
import { runPeers } from './peers/run-peers.js';
import { budgets } from './run-case.js';
import { clockStep, runSuite } from './run-suite.js';
import { parseSuiteOptions, suiteHelp } from './suite-options.js';
import { writeResults } from './write-results.js';

// a plugin is loaded only when it is chosen
const plugins = {
  wasm: async () => (await import('@ashlar/ops/wasm')).wasm(),
  cpu: async () => (await import('@ashlar/ops/cpu')).cpu(),
};

/** Runs the suite in this process, as the command line asks; false where a result is wrong. */
export async function runNodeSuite(args: string[]): Promise<boolean> {
  const options = parseSuiteOptions('suite', args);
  if (!options) {
    console.log(suiteHelp);
    return true;
  }
  const [backend] = options.backends as [keyof typeof plugins];
  const cases = chooseCases(options.only, options.isQuick);
  const isWatched = process.stderr.isTTY;
  const format = ' {bar} {value}/{total} {work}';
  const bar = isWatched ? new cliProgress.SingleBar({ format, clearOnComplete: true }, cliProgress.Presets.rect) : null;

  const budget = budgets[options.isQuick ? 'quick' : 'full'];
  const loadBefore = load();
  const before = await measureRoofline();
  await useBackend(await plugins[backend]());
  bar?.start(cases.length, 0, { work: '' });
  const { results, proof } = await runSuite(cases, {
    budget,
    isSlow: backend === 'cpu',
    named: options.only,
    onCase: (work) => bar?.update({ work }),
    onResult: ([first]) => (bar ? bar.increment() : console.error(`${first!.work}: ${first!.status}`)),
  });
  bar?.stop();
  const { by, python } = options;
  const say = (line: string) => console.error(line);
  const peers = options.peers ? await runPeers(cases, { budget, by, python, own: results, say }) : undefined;
  results.push(...(peers?.results ?? []));

  const { cpu, cores, memoryGiB, system, node } = machine();
  const where = { os: system, cpu, cpuThreads: cores, memoryGiB, node, clockStepUs: 1000 * clockStep() };
  const after = await measureRoofline();
  const hash = commit();
  const file: BenchFile = {
    schema: 'bench-1',
    createdAt: new Date().toISOString(),
    runtime: 'node',
    machine: { ...where, load: [loadBefore, load()], roofline: [before, after] },
    packages: { '@ashlar/ops': opsVersion, '@tensorflow/tfjs-core': tf.version_core, ...peers?.versions },
    ...(hash !== undefined && { commit: hash }),
    proof: [proof],
    results,
  };
  const written = writeResults(file, options.out ?? ownFile(`results/suite-${backend}.json`));
  console.log(suiteMarkdown(file));
  console.log(`Written to ${written.join(', ')}`);
  return results.every(({ status }) => status !== 'wrong' && status !== 'failed');
}
