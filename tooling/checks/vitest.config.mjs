import { nodeTests } from '@ashlar-internal/config/vitest';

export default nodeTests({ test: { include: ['test/*.test.mjs'], fileParallelism: false, testTimeout: 180_000 } });
