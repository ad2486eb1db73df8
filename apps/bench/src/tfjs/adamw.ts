import * as tf from '@tensorflow/tfjs-core';
import type { Job } from '../job.js';

/** AdamW as PyTorch's, in stock tfjs ops: gradients clipped by their global norm, decay on matrices only. */
export class AdamW {
  private t = 0;
  private readonly moments: Map<string, { m: tf.Variable; v: tf.Variable }>;

  constructor(
    private readonly weights: Map<string, tf.Variable>,
    private readonly options: Job['optimizer'],
  ) {
    const zeros = (w: tf.Variable) => tf.tidy(() => tf.variable(tf.zeros(w.shape), false));
    this.moments = new Map([...weights].map(([path, w]) => [path, { m: zeros(w), v: zeros(w) }]));
  }

  /** Updates the weights in place; `gradients` are by path. */
  step(gradients: Map<string, tf.Tensor>, learningRate: number): void {
    const { betas, eps, weightDecay, maxGradNorm } = this.options;
    const [beta1, beta2] = betas;
    this.t++;
    const correction1 = 1 - beta1 ** this.t;
    const correction2 = 1 - beta2 ** this.t;
    tf.tidy(() => {
      const norm = tf.sqrt(tf.addN([...gradients.values()].map((g) => tf.sum(tf.square(g)))));
      const scale = tf.minimum(tf.div(maxGradNorm, tf.add(norm, 1e-6)), 1);
      for (const [path, w] of this.weights) {
        const { m, v } = this.moments.get(path)!;
        const g = tf.mul(gradients.get(path)!, scale);
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
        const change = tf.div(tf.div(m, correction1), tf.add(tf.sqrt(tf.div(v, correction2)), eps));
        const decayed = w.rank >= 2 ? tf.mul(w, 1 - learningRate * weightDecay) : w;
        w.assign(tf.sub(decayed, tf.mul(change, learningRate)));
      }
    });
  }
}
