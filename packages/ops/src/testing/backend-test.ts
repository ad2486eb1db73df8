/** A test to hand to any runner. */
export interface BackendTest {
  name: string;
  /** Why it is skipped, if it is. */
  reason?: string;
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
