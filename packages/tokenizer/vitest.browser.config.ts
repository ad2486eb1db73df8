import { browserTests } from '@ashlar-internal/config/vitest';

export default browserTests();
