import { Linear, Module, type ForwardOptions, type UnaryModule } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { attend } from './attend.js';
import { headSize } from './head-sizes.js';
import type { KvCache } from './kv-cache.js';

export interface SelfAttentionConfig {
  hiddenSize: number;
  numHeads: number;
  /** Grouped-query attention: key and value heads. @default numHeads */
  numKvHeads?: number;
  /** @default hiddenSize / numHeads */
  headDim?: number;
  /** Learned offsets in the projections. @default false */
  bias?: boolean;
  /** Sliding window (Mistral): a token sees itself and the window - 1 tokens before it. @default all */
  window?: number;
  /** Share of attention weights to drop while training. @default 0 */
  dropout?: number;
}

/** Multi-head (or grouped-query) self-attention in which a token sees only itself and its past; Llama's field names. */
export class CausalSelfAttention extends Module {
  qProj: UnaryModule;
  kProj: UnaryModule;
  vProj: UnaryModule;
  oProj: UnaryModule;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly window: number | undefined;
  readonly dropout: number;

  constructor(config: SelfAttentionConfig) {
    super();
    const { hiddenSize, numHeads, numKvHeads = numHeads, bias = false, window, dropout = 0 } = config;
    const headDim = config.headDim ?? headSize(hiddenSize, numHeads);
    if (numHeads % numKvHeads !== 0)
      throw new RangeError(`Attention: numHeads (${numHeads}) must be a multiple of numKvHeads (${numKvHeads})`);
    this.qProj = new Linear(hiddenSize, numHeads * headDim, { bias });
    this.kProj = new Linear(hiddenSize, numKvHeads * headDim, { bias });
    this.vProj = new Linear(hiddenSize, numKvHeads * headDim, { bias });
    this.oProj = new Linear(numHeads * headDim, hiddenSize, { bias });
    this.numHeads = numHeads;
    this.numKvHeads = numKvHeads;
    this.window = window;
    this.dropout = dropout;
  }

  /**
   * `[batch, seq, hidden]` to `[batch, seq, hidden]`
   *
   * @param options.cache a one-layer `KvCache` of width `numKvHeads * headDim`
   */
  forward(x: tf.Tensor, options: Omit<ForwardOptions, 'cache' | 'positions'> & { cache?: KvCache } = {}): tf.Tensor {
    const { numHeads, numKvHeads, window, dropout } = this;
    const { rng } = options;
    const form = { numHeads, numKvHeads, dropout, ...(window !== undefined && { window }) };
    return tf.tidy(() => {
      const [q, k, v] = [this.qProj.forward(x, rng), this.kProj.forward(x, rng), this.vProj.forward(x, rng)];
      const y = this.oProj.forward(attend(q, k, v, { ...options, ...form }), rng);
      options.cache?.advance(x.shape[1]!);
      return y;
    });
  }
}
