import * as tf from '@tensorflow/tfjs-core';
import type { Job } from '../job.js';
import type { Product } from './products.js';

/** Keys and values of one layer, `[batch, heads, seq, headDim]`. */
export type Past = { k: tf.Tensor; v: tf.Tensor };

/** The GPT of the job in stock tfjs ops. */
export class Gpt {
  constructor(
    readonly model: Job['model'],
    readonly weights: Map<string, tf.Variable>,
    private readonly product: Product,
  ) {}

  /** Logits `[batch * seq, vocab]` of ids `[batch, seq]` that follow `past`, and every layer's keys and values so far. */
  forward(ids: tf.Tensor2D, past?: Past[]): { logits: tf.Tensor; present: Past[] } {
    const [batch, seq] = ids.shape;
    const { hiddenSize, numLayers } = this.model;
    const start = past?.[0]?.k.shape[2] ?? 0;
    const tokens = tf.gather(this.weight('wte.weight'), ids);
    const positions = tf.slice(this.weight('wpe.weight'), [start, 0], [seq, hiddenSize]);
    let x: tf.Tensor = tf.reshape(tf.add(tokens, positions), [batch * seq, hiddenSize]);
    const present: Past[] = [];
    for (let layer = 0; layer < numLayers; layer++) {
      const attended = this.attention(
        `h.${layer}.attn`,
        this.layerNorm(x, `h.${layer}.ln_1`),
        batch,
        seq,
        past?.[layer],
      );
      present.push(attended.present);
      x = tf.add(x, attended.y);
      const inner = gelu(this.linear(this.layerNorm(x, `h.${layer}.ln_2`), `h.${layer}.mlp.c_fc`));
      x = tf.add(x, this.linear(inner, `h.${layer}.mlp.c_proj`));
    }
    return { logits: this.linear(this.layerNorm(x, 'ln_f'), 'wte'), present };
  }

  /** Mean cross entropy in nats. */
  loss(ids: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
    const logProbs = tf.logSoftmax(this.forward(ids).logits);
    // a one-hot of float32 is wrong on wasm
    const chosen = tf.cast(tf.oneHot(tf.reshape(targets, [targets.size]), this.model.vocabSize), 'float32');
    return tf.neg(tf.div(tf.sum(tf.mul(logProbs, chosen)), targets.size));
  }

  private weight(path: string): tf.Variable {
    return this.weights.get(path)!;
  }

  private linear(x: tf.Tensor, path: string): tf.Tensor {
    return this.product(x, this.weight(`${path}.weight`), false, true);
  }

  private layerNorm(x: tf.Tensor, path: string): tf.Tensor {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centered), -1, true);
    return tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, 1e-5))), this.weight(`${path}.weight`));
  }

  private attention(path: string, x: tf.Tensor, batch: number, seq: number, past?: Past) {
    const { hiddenSize, numHeads } = this.model;
    const headDim = hiddenSize / numHeads;
    // a transpose of rank 5 is slow on wasm, so query, key and value are cut apart first
    const [q, newK, newV] = tf
      .split(this.linear(x, `${path}.c_attn`), 3, -1)
      .map((y) => tf.transpose(tf.reshape(y, [batch, seq, numHeads, headDim]), [0, 2, 1, 3])) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const k = past ? tf.concat([past.k, newK], 2) : newK;
    const v = past ? tf.concat([past.v, newV], 2) : newV;
    const scores = tf.mul(this.product(q, k, false, true), 1 / Math.sqrt(headDim));
    const weights = tf.softmax(past ? scores : tf.add(scores, causalMask(seq)));
    const y = tf.reshape(tf.transpose(this.product(weights, v), [0, 2, 1, 3]), [batch * seq, hiddenSize]);
    return { y: this.linear(y, `${path}.c_proj`), present: { k, v } };
  }
}

const causalMask = (seq: number) => tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([seq, seq]), -1, 0)), -1e9);

const gelu = (x: tf.Tensor) => {
  const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};
