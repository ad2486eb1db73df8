import {
  initialize,
  Linear,
  loadStateDict,
  Module,
  stateDict,
  withoutInit,
  type ForwardOptions,
  type UnaryModule,
} from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { Gpt2 } from './gpt2.js';

export interface ScoreOptions {
  /** Draws the head. @default 0 */
  seed?: number;
  /** Standard deviation of the head's weights; 0 makes all scores 0. @default 1 / sqrt(hiddenSize + 1) (OpenAI 2019) */
  std?: number;
}

/**
 * GPT-2 with one number for each position in place of logits: a reward model (read at the last real token) or the value
 * model of PPO (read everywhere). Paths are those of Python's `GPT2ForSequenceClassification` with one label.
 */
export class Gpt2WithScore extends Module {
  transformer: Gpt2;
  /** Weight `[1, hidden]`, no bias. */
  score: UnaryModule;

  /** @param transformer taken, not copied: freed with this module */
  constructor(transformer: Gpt2, { seed = 0, std }: ScoreOptions = {}) {
    super();
    const { hiddenSize } = transformer.config;
    this.transformer = transformer;
    this.score = new Linear(hiddenSize, 1, { bias: false, std: std ?? 1 / Math.sqrt(hiddenSize + 1) });
    initialize(this, { seed });
  }

  /** A new model with the weights of `model`, which is left as it is, and a new head. */
  static fromGpt2(model: Gpt2, options?: ScoreOptions): Gpt2WithScore {
    return new Gpt2WithScore(copyGpt2(model), options);
  }

  get config(): Gpt2['config'] {
    return this.transformer.config;
  }

  /** int32 `[batch, seq]` to scores `[batch, seq]`, or those of the last `logitsToKeep` positions */
  forward(tokens: tf.Tensor, { logitsToKeep, ...options }: ForwardOptions = {}): tf.Tensor {
    return tf.tidy(() => {
      const hidden = this.transformer.hidden(tokens, options); // [batch, seq, hidden]
      const first = logitsToKeep === undefined ? 0 : Math.max(0, hidden.shape[1]! - logitsToKeep);
      return tf.squeeze(this.score.forward(tf.slice(hidden, [0, first, 0])), [2]);
    });
  }
}

/** A new model with the weights of another: a frozen reference, or the start of another training. */
export function copyGpt2(model: Gpt2): Gpt2 {
  const copy = withoutInit(() => new Gpt2(model.config));
  loadStateDict(copy, stateDict(model));
  return copy;
}
