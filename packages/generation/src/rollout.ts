import type { Cache, LanguageModel } from '@ashlar/nn';
import { RandomStream } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { drawOnDevice, drawsOnDevice, type GeneratedToken } from './draw.js';
import { checkPrompt } from './generate.js';
import { softmax, temperature as divideBy } from './logits-processors.js';
import { argMax, pick } from './sampler.js';

export interface RolloutOptions {
  maxNewTokens: number;
  /** 0 takes the most likely token. No other filter: what is sampled is the model's own distribution. @default 1 */
  temperature?: number;
  /** Ends a row; it is part of the response. */
  eosTokenId: number;
  /** Stands before the shorter prompts; never attended to. */
  padTokenId: number;
  /** @default 0 */
  seed?: number;
  /** Which rollout of the seed this is: each draws anew. @default 0 */
  step?: number;
  /** Number of the first row; rows are drawn by their numbers, so that any part of a batch gives what the whole gives. @default 0 */
  firstRow?: number;
  /** Ends all rows after the token they are at. */
  signal?: AbortSignal;
}

/** What a model wrote after each of several prompts. */
export interface Rollout {
  /** Ids of each row, up to and with EOS. */
  responses: number[][];
  /** Natural logarithms of their probabilities at the temperature (at 0: at 1). */
  logProbs: number[][];
  /** Whether a row came to EOS. */
  ended: boolean[];
}

/**
 * Continues many prompts at once, with one cache: shorter prompts are padded on the left, each row stops for itself.
 *
 * Element `i` of the random stream `rollout/<step>/<row>` draws token `i` of a row. From 512 tokens
 * on it is done on the device where the backend has a kernel for it: the same tokens, and log-probabilities in float32.
 *
 * @throws RangeError for an empty prompt, an id outside of the vocabulary, or rows that do not fit into the context; Error
 *   for a model whose logits are not finite
 */
export async function rollout(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  options: RolloutOptions,
): Promise<Rollout> {
  const { maxNewTokens, temperature = 1, eosTokenId, padTokenId, seed = 0, step = 0, firstRow = 0, signal } = options;
  const { vocabSize, contextLength } = model.config;
  for (const prompt of prompts) checkPrompt(prompt, vocabSize, 'rollout');
  const longest = Math.max(0, ...prompts.map(({ length }) => length));
  if (longest + maxNewTokens > contextLength)
    throw new RangeError(
      `rollout: a prompt of ${longest} tokens and ${maxNewTokens} new ones do not fit into a context of ${contextLength}`,
    );
  const streams = prompts.map((_, row) => new RandomStream(seed, `rollout/${step}/${firstRow + row}`));
  const result: Rollout = {
    responses: prompts.map(() => []),
    logProbs: prompts.map(() => []),
    ended: prompts.map(() => false),
  };
  if (prompts.length === 0 || maxNewTokens === 0) return result;

  const padding = prompts.map(({ length }) => longest - length);
  let tokens = prompts.map((prompt, row) => [...new Array<number>(padding[row]!).fill(padTokenId), ...prompt]);
  // the rows of the batch that is computed, which shrinks as rows end
  let rows = prompts.map((_, row) => row);
  let cache = model.createCache(prompts.length, { leftPadding: padding });
  try {
    for (let index = 0; index < maxNewTokens && !signal?.aborted; index++) {
      const logits = nextLogits(model, tokens, cache);
      const drawing = {
        streams: rows.map((row) => streams[row]!),
        isOpen: rows.map((row) => !result.ended[row]),
        temperature,
        index,
      };
      const drawn = await drawRows(logits, drawing).finally(() => logits.dispose());
      tokens = rows.map((row, at) => {
        if (result.ended[row]) return [padTokenId];
        const { id, logProb } = drawn[at]!;
        if (!Number.isFinite(logProb))
          throw new Error('rollout: the model gives no probabilities, its logits are NaN or infinite');
        result.responses[row]!.push(id);
        result.logProbs[row]!.push(logProb);
        result.ended[row] = id === eosTokenId;
        return [id];
      });
      const open = rows.flatMap((row, at) => (result.ended[row] ? [] : [at]));
      if (open.length === 0) break;
      if (2 * open.length > rows.length) continue;
      const before = cache;
      cache = before.fork(open);
      before.dispose();
      tokens = open.map((at) => tokens[at]!);
      rows = open.map((at) => rows[at]!);
    }
  } finally {
    cache.dispose();
  }
  return result;
}

/** Of the last position of each row, `[batch, 1, vocab]`. */
const nextLogits = (model: LanguageModel, tokens: number[][], cache: Cache): tf.Tensor =>
  tf.tidy(() => model.forward(tf.tensor2d(tokens, undefined, 'int32'), { logitsToKeep: 1, cache }));

/** What the tokens of a batch are drawn with. */
interface Drawing {
  /** One a row. */
  streams: readonly RandomStream[];
  /** Of which rows the token will be looked at. */
  isOpen: readonly boolean[];
  temperature: number;
  index: number;
}

/** A token for each row, with its log-probability at the temperature: on the device where that is faster. */
async function drawRows(
  logits: tf.Tensor,
  { streams, isOpen, temperature, index }: Drawing,
): Promise<GeneratedToken[]> {
  const vocabSize = logits.size / streams.length;
  if (drawsOnDevice(vocabSize)) return drawOnDevice(logits, { streams, temperature, index }, temperature || 1);
  const all = (await logits.data()) as Float32Array;
  const divide = temperature > 0 ? divideBy(temperature) : () => undefined;
  return streams.map((stream, row) => {
    if (!isOpen[row]) return { id: -1, logProb: NaN };
    const own = all.slice(row * vocabSize, (row + 1) * vocabSize);
    divide(own);
    const probabilities = softmax(own);
    const id = temperature > 0 ? pick(probabilities, stream.uniform(index)) : argMax(own);
    return { id, logProb: Math.log(probabilities[id]!) };
  });
}
