import * as tf from '@tensorflow/tfjs-core';
import { defineOp } from '../contract/define-op.js';
import { check, checkInput, describe } from './shapes.js';

const run = /* @__PURE__ */ defineOp<'AshlarEmbedding'>({
  name: 'AshlarEmbedding',
  outputs: ['y'],
  reference: ({ ids, weight }) => [
    tf.reshape(tf.gather(weight, tf.reshape(ids, [ids.size])), [...ids.shape, weight.shape[1]!]),
  ],
  gradient: {
    wanted: ['weight'],
    saves: ['ids', 'weight'],
    // scatterND adds up rows of the same id
    reference: ({ dy, ids, weight }) => [
      tf.scatterND(
        tf.reshape(ids, [ids.size, 1]),
        tf.reshape(dy, [ids.size, weight.shape[1]!]),
        weight.shape as [number, number],
      ),
    ],
  },
});

/**
 * Rows of a table.
 *
 * @param ids int32 `[...]`, each in [0, vocab)
 * @param weight `[vocab, hidden]`
 * @returns `[..., hidden]`
 */
export function embedding(ids: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  checkInput('embedding', 'ids', ids, 'int32', 0);
  check(weight.rank === 2, () => `embedding: ${describe('weight', weight)} must be [vocab, hidden]`);
  return run({ ids, weight }, {})[0]!;
}
