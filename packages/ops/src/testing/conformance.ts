import type { BackendPlugin } from '../backend/use-backend.js';
import { opCases } from './cases/index.js';
import { donationTests } from './donation-tests.js';
import { opTests } from './op-tests.js';
import { programTests, type ProgramLimit } from './program-tests.js';
import { onBackend, skipped, type BackendTest, type Skip, type TestBody } from './backend-test.js';

export interface ConformanceOptions {
  /** Tests that this backend cannot pass, each with a reason. One that matches no test is an error. */
  skip?: Skip[];
  /** Allowed error relative to float64. @default 1e-5 */
  tolerance?: number;
  /** How much a call may ask of the GPU; for `webgl` and `webgpu`. @default no limit */
  programs?: ProgramLimit;
}

/**
 * What every backend must do: each fused op against a float64 definition and central differences of it, with odd
 * shapes, extremes, hidden rows, donated inputs, leaks, and equal results for equal seeds.
 *
 * Hand the tests to any runner, one after the other: `for (const { name, reason, run } of conformance(cpu))
 * test.skipIf(reason)(name, run)`.
 *
 * @param plugin makes the backend under test
 */
export function conformance(
  plugin: () => BackendPlugin,
  { skip = [], tolerance = 1e-5, programs }: ConformanceOptions = {},
): BackendTest[] {
  const backend = plugin();
  const bodies: TestBody[] = [
    ...opCases.flatMap((opCase) => opTests(opCase, tolerance)),
    ...donationTests(tolerance),
    ...(programs ? programTests(opCases, programs) : []),
  ];
  return onBackend(backend, skipped(bodies, skip));
}
