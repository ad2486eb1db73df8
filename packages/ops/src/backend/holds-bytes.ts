import * as tf from '@tensorflow/tfjs-core';

/** Whether the current backend keeps a bool in a byte, whatever the byte; others take four, as for any element. */
export const holdsBytes = (): boolean => /(^| )(wasm|cpu)$/.test(tf.getBackend());
