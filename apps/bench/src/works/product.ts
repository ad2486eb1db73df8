import * as tf from '@tensorflow/tfjs-core';
import type { Worker } from '../serve.js';
import { settle } from '../suite/host.js';
import { readOperand, type Operand, type Work } from './folder.js';

/** A product on the backend of tfjs in use. */
export function productWorker(work: Extract<Work, { kind: 'product' }>, folder: string): Worker {
  const upload = (operand: Operand) => tf.tensor(readOperand(folder, operand), operand.shape);
  const [a, b] = [upload(work.a), upload(work.b)];
  let last = tf.scalar(0) as tf.Tensor;
  return {
    async run() {
      last.dispose();
      last = tf.matMul(a, b, work.transposeA, work.transposeB);
      await settle([last]);
    },
    outcome: async () => [...(await last.data())],
  };
}
