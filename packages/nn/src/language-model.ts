import type { DropoutRng } from '@ashlar/ops';
import type * as tf from '@tensorflow/tfjs-core';
import type { Module } from './module.js';

/**
 * The keys and values of the tokens a model has already seen. It owns its buffers: dispose of it.
 * Beam search, group rollouts and speculative decoding are `fork` and `truncate`.
 */
export interface Cache {
  /** Tokens stored per row. */
  readonly length: number;
  readonly batchSize: number;
  /** A cache whose row i is a copy of this one's row `rows[i]`. */
  fork(rows: readonly number[]): Cache;
  /** Forgets all but the first `length` tokens. */
  truncate(length: number): void;
  dispose(): void;
}

/** Called with the path and the value of an intermediate result, such as `h.0.attn.weights`. */
export type Trace = (path: string, value: tf.Tensor) => void;

export interface ForwardOptions {
  /** Continue after the tokens in this cache, and add these. */
  cache?: Cache;
  /** int32 `[batch, seq]`: 1 where a token may be attended to, 0 for padding. Without it all may. Not with `cache`. */
  keyMask?: tf.Tensor;
  /** int32 `[batch, seq]`. @default 0, 1, 2, … (after the cache's tokens) */
  positions?: tf.Tensor;
  /** int32 `[batch, seq]`: a token attends to tokens of its own number alone, as in packed rows. Not with `cache`. */
  segments?: tf.Tensor;
  /** Computes the logits of only this many last positions. @default all */
  logitsToKeep?: number;
  /** Switches dropout on. */
  rng?: DropoutRng;
  /** Looks inside; takes slower paths that store what the fused ones do not. */
  trace?: Trace;
}

/** A model that predicts the next token: what generation, training and alignment ask for. */
export interface LanguageModel extends Module {
  readonly config: { readonly vocabSize: number; readonly contextLength: number };
  /** int32 `[batch, seq]` to logits `[batch, seq, vocab]` */
  forward(tokens: tf.Tensor, options?: ForwardOptions): tf.Tensor;
  /** @param options.leftPadding padding tokens at the start of each row. @default none */
  createCache(batchSize: number, options?: { leftPadding?: readonly number[] }): Cache;
}
