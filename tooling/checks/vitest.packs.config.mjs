import { nodeTests } from '@ashlar-internal/config/vitest';

/** Tests of what users get: every package packed, laid out in a scratch project, looked at and used. */
export default nodeTests(
  {
    test: {
      include: ['test/packs/*.test.mjs'],
      globalSetup: 'test/packs/setup.mjs',
      testTimeout: 180_000,
      hookTimeout: 180_000,
    },
  },
  'packs',
);
