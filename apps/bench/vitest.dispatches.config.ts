import { browserTests } from '@ashlar-internal/config/vitest';

const tfjs = ['tfjs-core', 'tfjs-core/dist/register_all_gradients', 'tfjs-backend-webgl', 'tfjs-backend-webgpu'];

// a command of its own: stock operations take minutes on a software GPU
export default browserTests({
  test: { include: ['test/dispatches.browser.test.ts'] },
  optimizeDeps: { include: tfjs.map((name) => `@tensorflow/${name}`) },
});
