import { nodeTests } from '@ashlar-internal/config/vitest';

// runs in Node and drives a browser by itself: the page is tested as built
export default nodeTests(
  { test: { include: ['test/*.browser.ts'], exclude: ['src/**'], testTimeout: 300_000, hookTimeout: 300_000 } },
  'browser',
);
