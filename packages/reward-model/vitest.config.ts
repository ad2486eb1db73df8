import { nodeTests } from '@ashlar-internal/config/vitest';

export default nodeTests();
