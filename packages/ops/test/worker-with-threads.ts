// Computes in a worker of a page, once with two threads and once alone, and posts whether the bytes are the same.
import * as tf from '@tensorflow/tfjs-core';
import { attention, linear, registerGradients, useBackend } from '../src/index.js';
import { normal, upload } from '../src/testing/host.js';
import { Device } from '../src/wasm/device.js';
import { wasmPaths } from './browser.js';
import { sharingAll } from './threads.js';

export interface Outcome {
  same: boolean;
  madeByWorkers: number;
}

const { crew } = await useBackend(sharingAll({ threads: 2, wasmPaths })).then(() => Device.of(tf.backend()));
registerGradients();
const [x, weight, q] = [normal('x', [301, 97]), normal('weight', [203, 97]), normal('q', [2, 70, 64])];

function step(): number[] {
  return tf.tidy(() => {
    const heads = { numHeads: 4, causal: true };
    const product = (...xs: tf.Tensor[]) => linear(xs[0]!, xs[1]!, null, { activation: 'gelu' });
    const attend = (...xs: tf.Tensor[]) => attention(xs[0]!, xs[0]!, xs[0]!, heads);
    const outputs = [...tf.grads(product)([x, weight].map(upload)), ...tf.grads(attend)([upload(q)])];
    return outputs.flatMap((output) => Array.from(output.dataSync()));
  });
}

let same = true;
for (let run = 0; run < 10; run++) {
  await crew.resize(2);
  const shared = step();
  await crew.resize(1);
  const alone = step();
  same &&= shared.length === alone.length && shared.every((value, i) => Object.is(value, alone[i]));
}
postMessage({ same, madeByWorkers: crew.madeByWorkers } satisfies Outcome);
