import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { serveWorks } from './serve.js';
import { readWork } from './works/folder.js';
import { productWorker } from './works/product.js';

await tf.setBackend('wasm');

/** Works of the suite by tfjs as it comes. */
await serveWorks({ '@tensorflow/tfjs-backend-wasm': tf.version_core }, (name, folder) => {
  const work = readWork(folder, name);
  if (work.kind !== 'product') throw new Error(`tfjs has no ${work.kind}.`);
  return productWorker(work, folder);
});
