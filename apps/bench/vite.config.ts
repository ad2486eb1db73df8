import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // the page is built from the sources of the packages: one graph, one copy of everything
  resolve: { conditions: ['@ashlar/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  build: { outDir: 'dist/page', target: 'es2022', chunkSizeWarningLimit: 2000 },
});
