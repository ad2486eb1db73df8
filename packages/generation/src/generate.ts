import type { Cache, LanguageModel } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { createDraw, type GeneratedToken } from './draw.js';
import type { SamplingOptions } from './sampler.js';

export interface GenerateOptions extends SamplingOptions {
  /** @default 100 */
  maxNewTokens?: number;
  /** Generation ends after one of these; it is yielded too. */
  eosTokenId?: number | readonly number[];
  /** Ends generation between two tokens. */
  signal?: AbortSignal;
}

/**
 * Continues a prompt token by token, with a cache.
 *
 * Beyond `contextLength` the window slides: the model sees the last `contextLength` tokens, and since all positions move
 * each further token costs a full forward pass (nanoGPT's cropping).
 *
 * @param prompt at least one token id; of a longer one only the last `contextLength` are seen
 * @throws RangeError for an empty prompt, an id outside of the vocabulary, or sampling options out of range; Error for a
 *   model whose logits are not finite
 */
export async function* generate(
  model: LanguageModel,
  prompt: ArrayLike<number>,
  { maxNewTokens = 100, eosTokenId, signal, ...sampling }: GenerateOptions = {},
): AsyncGenerator<GeneratedToken, void, undefined> {
  const { vocabSize, contextLength } = model.config;
  const ids = Array.from(prompt);
  checkPrompt(ids, vocabSize);
  const draw = createDraw(sampling);
  const ends = new Set([eosTokenId ?? []].flat());
  const cache = model.createCache(1);
  try {
    let unseen = ids.slice(-contextLength);
    for (let index = 0; index < maxNewTokens && !signal?.aborted; index++) {
      const fits = cache.length + unseen.length <= contextLength;
      const logits = nextLogits(model, fits ? unseen : ids.slice(-contextLength), fits ? cache : undefined);
      const token = await draw(logits, index).finally(() => logits.dispose());
      yield token;
      const { id } = token;
      if (ends.has(id)) return;
      ids.push(id);
      unseen = [id];
    }
  } finally {
    cache.dispose();
  }
}

const nextLogits = (model: LanguageModel, tokens: number[], cache: Cache | undefined): tf.Tensor =>
  tf.tidy(() =>
    model.forward(tf.tensor2d(Int32Array.from(tokens), [1, tokens.length], 'int32'), {
      logitsToKeep: 1,
      ...(cache && { cache }),
    }),
  );

/** @param who names the caller in what is thrown */
export function checkPrompt(ids: readonly number[], vocabSize: number, who = 'generate'): void {
  if (ids.length === 0) throw new RangeError(`${who}: the prompt is empty, give it at least one token`);
  const wrong = ids.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (wrong !== undefined)
    throw new RangeError(`${who}: token id ${wrong} is outside of the vocabulary of ${vocabSize}`);
}
