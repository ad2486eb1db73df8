import { mkdirSync, writeFileSync } from 'node:fs';

/** Writes `reports/<suite>.json` with the counts of a run; the root's test command adds them up. */
export default class CountReporter {
  constructor(suite) {
    this.suite = suite;
  }

  onTestRunEnd(modules, unhandled) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests++;
        const { state } = test.result();
        counts[state === 'passed' || state === 'failed' ? state : 'skipped']++;
      }
      // a file that could not be loaded has errors and perhaps no tests: it counts as one failure
      if (module.errors().length > 0 || (tests === 0 && module.state() === 'failed')) counts.failed++;
    }
    counts.failed += unhandled.length;
    mkdirSync('reports', { recursive: true });
    writeFileSync(`reports/${this.suite}.json`, `${JSON.stringify({ suite: this.suite, ...counts })}\n`);
  }
}
