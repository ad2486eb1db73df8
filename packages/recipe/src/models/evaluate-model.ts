import { evaluationBatches, type TokenIds } from '@ashlar/data';
import type { LanguageModel } from '@ashlar/nn';
import type { Tokenizer } from '@ashlar/tokenizer';
import { encodeText } from './encode-text.js';
import { bitsPerByte, evaluate, microBatches, nextTokenObjective, perplexity, type TokenBatch } from '@ashlar/trainer';

export interface EvaluateModelOptions {
  model: LanguageModel;
  tokenizer: Tokenizer;
  text: string;
  /** Rows computed at a time. @default 16 */
  batchSize?: number;
  /** Told after each batch. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface ModelEvaluation {
  /** Mean over all tokens of the text but the first, in nats. */
  loss: number;
  perplexity: number;
  bitsPerByte: number;
  tokens: number;
}

/**
 * How well a model predicts a text, every token but the first once.
 *
 * @returns null when it was aborted
 */
export async function evaluateModel(options: EvaluateModelOptions): Promise<ModelEvaluation | null> {
  const { model, tokenizer, text, batchSize = 16, onProgress, signal } = options;
  const ids = encodeText(tokenizer, text);
  if (ids.length < 2)
    throw new RangeError(`the text has ${ids.length} tokens, too few: an evaluation needs two or more`);
  const { contextLength } = model.config;
  const total = Math.ceil((ids.length - 1) / contextLength / batchSize);
  const result = await evaluate(model, nextTokenObjective, tokenBatches(ids, contextLength, batchSize), {
    ...(signal && { signal }),
    ...(onProgress && { onBatch: (done: number) => onProgress(done, total) }),
  });
  if (!result) return null;
  const { loss, lossSum, weight } = result;
  const bytes = predictedBytes(tokenizer, ids, text);
  return { loss, perplexity: perplexity(loss), bitsPerByte: bitsPerByte(lossSum, bytes), tokens: weight };
}

/** A text as the trainer takes it: rows one after the other, each token but the first a target once. */
export function* tokenBatches(ids: TokenIds, contextLength: number, batchSize: number): Generator<TokenBatch> {
  for (const batch of evaluationBatches(ids, { contextLength, batchSize })) yield* microBatches(batch);
}

/** Bytes of a text after its first token, which nothing predicts. */
export function predictedBytes(tokenizer: Tokenizer, ids: TokenIds, text: string): number {
  const length = (part: string) => new TextEncoder().encode(part).length;
  return length(text) - length(tokenizer.decode([ids[0]!]));
}
