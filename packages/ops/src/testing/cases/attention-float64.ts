import { dropoutWords } from '../../random/dropout-words.js';
import type { Host } from '../host.js';
import type { Variant } from './attention-variants.js';

type Inputs = Record<string, Host>;

/** What `DropoutRng.next()` gives for `rngOptions`, written out. */
const limbs = [3, 0, 256, 0, 5, 0, 70_000 & 0xffff, 1];
export const rngOptions = { seed: 2 ** 40 + 3, step: 70_000, call: 5 };

/** A bias of distance that hides the key, in float32. */
const hidden = Math.fround(-1e15);

/** Whether query i of row b sees key j. */
function seesOf(x: Inputs, v: Variant): (b: number, i: number, j: number) => boolean {
  const { seq, keySeq, causal = true, window = Infinity, queryOffset = keySeq - seq } = v;
  const [keyMask, segments, prefixLengths] = [x.keyMask?.values, x.segments?.values, x.prefixLengths?.values];
  return (b, i, j) => {
    if (keyMask?.[b * keySeq + j] === 0) return false;
    if (segments && segments[b * seq + i] !== segments[b * seq + j]) return false;
    if (prefixLengths && j < prefixLengths[b]!) return true;
    const distance = j - (queryOffset + i);
    return distance > -window && (causal ? distance <= 0 : distance < window);
  };
}

// central differences come here some hundred thousand times: plain loops, and nothing made on the way

/** Weights `[batch, numHeads, seq, keySeq]`, row by row. */
export function weights64(x: Inputs, v: Variant): Float64Array {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim, scale = 1 / Math.sqrt(headDim) } = v;
  const sees = seesOf(x, v);
  const [q, k, distanceBias] = [x.q!.values, x.k!.values, x.distanceBias?.values];
  const weights = new Float64Array(batch * numHeads * seq * keySeq);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq) {
        const query = (b * seq + i) * numHeads * headDim + h * headDim;
        let max = -Infinity;
        for (let j = 0; j < keySeq; j++) {
          const bias = distanceBias ? distanceBias[h * (seq + keySeq - 1) + j - i + seq - 1]! : 0;
          let score = -Infinity;
          if (!(bias <= hidden) && sees(b, i, j)) {
            const key = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
            let dot = 0;
            for (let d = 0; d < headDim; d++) dot += q[query + d]! * k[key + d]!;
            score = dot * scale + bias;
          }
          weights[at + j] = score;
          max = Math.max(max, score); // NaN if any is
        }
        let sum = 0;
        for (let j = at; j < at + keySeq; j++) sum += weights[j] = max === -Infinity ? 0 : Math.exp(weights[j]! - max);
        if (sum !== 0) for (let j = at; j < at + keySeq; j++) weights[j]! /= sum;
      }
  return weights;
}

export function attention64(x: Inputs, v: Variant): Float64Array {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim, dropoutRate = 0 } = v;
  const weights = weights64(x, v);
  if (dropoutRate > 0) {
    const words = dropoutWords(weights.length, limbs);
    words.forEach((word, i) => (weights[i]! *= word >= Math.floor(dropoutRate * 2 ** 32) ? 1 / (1 - dropoutRate) : 0));
  }
  const values = x.v!.values;
  const y = new Float64Array(batch * seq * numHeads * headDim);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq) {
        const out = ((b * seq + i) * numHeads + h) * headDim;
        for (let j = 0; j < keySeq; j++) {
          const weight = weights[at + j]!;
          const value = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
          for (let d = 0; d < headDim; d++) y[out + d]! += weight * values[value + d]!;
        }
      }
  return y;
}
