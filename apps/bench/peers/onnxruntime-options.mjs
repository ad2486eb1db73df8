import { readFileSync } from 'node:fs';

const manifest = new URL('node_modules/onnxruntime-node/package.json', import.meta.url);
export const { version } = JSON.parse(readFileSync(manifest, 'utf8'));

/** One thread, and everything that the graph allows. */
export const options = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
};
