import { browserTests } from '@ashlar-internal/config/vitest';

// plugins import their backend when they are activated; found only then, it would make Vite reload the page
const backends = ['cpu', 'wasm', 'webgl', 'webgpu'].map((name) => `@tensorflow/tfjs-backend-${name}`);

export default browserTests({ optimizeDeps: { include: ['@tensorflow/tfjs-core', ...backends] } });
