import { defineConfig } from 'tsup';

/** The one library build: ESM and CJS with rolled-up declarations, dependencies left external. */
export const library = (entry = ['src/index.ts'], over = {}) =>
  defineConfig({
    entry,
    format: ['esm', 'cjs'],
    target: 'es2022',
    // tsup 8 injects baseUrl into its declaration pass, which TypeScript 6 deprecates
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    clean: true,
    sourcemap: true,
    treeshake: true,
    splitting: true,
    ...over,
  });
