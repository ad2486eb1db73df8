import { defaultClientConditions, defineConfig } from 'vite';

// cross-origin isolation gives the worker shared memory; the policy makes "nothing is uploaded" enforceable
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy':
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' data: blob:",
};

export default defineConfig(({ command }) => ({
  base: './',
  // the page is built from the sources of the packages: one graph, one copy of everything
  resolve: { conditions: ['@ashlar/source', ...defaultClientConditions] },
  server: { headers: command === 'serve' ? { ...headers, 'Content-Security-Policy': '' } : headers },
  preview: { headers },
  worker: { format: 'es' as const },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000 },
}));
