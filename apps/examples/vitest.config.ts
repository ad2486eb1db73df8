import { nodeTests } from '@ashlar-internal/config/vitest';

export default nodeTests({ test: { testTimeout: 300_000 } });
