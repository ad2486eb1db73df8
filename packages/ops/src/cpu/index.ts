import * as tf from '@tensorflow/tfjs-core';
import { start } from '../backend/start.js';
import type { BackendPlugin } from '../backend/use-backend.js';

/**
 * Plain JavaScript, everywhere: the backend to compare others with. Needs `@tensorflow/tfjs-backend-cpu`. All fused ops
 * run as their references.
 */
export function cpu(): BackendPlugin {
  return {
    name: 'cpu',
    async activate() {
      await import('@tensorflow/tfjs-backend-cpu');
      await start('cpu', 'it should start everywhere.');
      // no advertisement of the native addon on standard error
      (tf.backend() as { firstUse?: boolean }).firstUse = false;
    },
  };
}
