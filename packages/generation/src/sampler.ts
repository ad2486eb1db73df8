import { RandomStream } from '@ashlar/ops';
import { softmax, temperature, topK, topP, type LogitsProcessor } from './logits-processors.js';

export interface SamplingOptions {
  /** 0 takes the most likely token. @default 1 */
  temperature?: number;
  /** Sample among this many most likely tokens. @default all */
  topK?: number;
  /** Sample among the most likely tokens that together have this probability. @default 1 */
  topP?: number;
  /** The same seed gives the same text. @default 0 */
  seed?: number;
}

/** Chooses the id of the `index`-th new token from its logits, which it may change. */
export type Sampler = (logits: Float32Array, index: number) => number;

/** A sampler in Hugging Face's order: temperature, top-k, top-p, then one draw from stream `generation`. */
export function createSampler({ temperature: t = 1, topK: k, topP: p, seed = 0 }: SamplingOptions = {}): Sampler {
  if (t === 0) return argMax;
  const processors: LogitsProcessor[] = [temperature(t)];
  if (k !== undefined) processors.push(topK(k));
  if (p !== undefined) processors.push(topP(p));
  const stream = new RandomStream(seed, 'generation');
  return (logits, index) => {
    for (const process of processors) process(logits);
    return pick(softmax(logits), stream.uniform(index));
  };
}

/** The first of the largest. */
export function argMax(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/** The id at which the cumulative probability passes `uniform`. */
export function pick(probabilities: Float64Array, uniform: number): number {
  let rest = uniform;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    if (probabilities[id] === 0) continue;
    last = id;
    rest -= probabilities[id]!;
    if (rest < 0) break;
  }
  return last;
}
