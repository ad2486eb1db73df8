import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type BackendPlugin } from '../backend/use-backend.js';

/** A test to hand to any runner. */
export interface BackendTest {
  name: string;
  /** Why it is skipped, if it is. */
  reason?: string | undefined;
  /** @throws Error with the facts when the test fails */
  run(): Promise<void>;
}

/** Tests that a backend cannot pass. */
export interface Skip {
  reason: string;
  /** Matches their names. */
  tests: RegExp;
}

/** A test before its backend is chosen. */
export interface TestBody {
  name: string;
  body(): Promise<void>;
}

/**
 * Marks what is skipped.
 *
 * @throws Error for an entry that matches no test
 */
export function skipped(bodies: TestBody[], skip: Skip[]): (TestBody & { reason?: string })[] {
  const stale = skip.find(({ tests }) => !bodies.some(({ name }) => tests.test(name)));
  if (stale) throw new Error(`skip ${stale.tests}: no such test`);
  return bodies.map((test) => {
    const reason = skip.find(({ tests }) => tests.test(test.name))?.reason;
    return reason === undefined ? test : { ...test, reason };
  });
}

/** Runs tests on a backend, which must still be in use after each and have reported no problem. */
export function onBackend(plugin: BackendPlugin, tests: (TestBody & { reason?: string })[]): BackendTest[] {
  return tests.map(({ name, reason, body }) => ({
    name,
    ...(reason !== undefined && { reason }),
    async run() {
      await useBackend(plugin);
      await body();
      if (tf.getBackend() !== plugin.name)
        throw new Error(`the backend is ${tf.getBackend()}, expected ${plugin.name}`);
      const problems = plugin.problems?.() ?? [];
      if (problems.length > 0) throw new Error(`${plugin.name} reported: ${problems.join('; ')}`);
    },
  }));
}
