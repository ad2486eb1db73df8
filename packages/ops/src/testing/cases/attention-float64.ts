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
function sees(x: Inputs, v: Variant, b: number, i: number, j: number): boolean {
  const { seq, keySeq, causal = true, window = Infinity, queryOffset = keySeq - seq } = v;
  if (x.keyMask?.values[b * keySeq + j] === 0) return false;
  if (x.segments && x.segments.values[b * seq + i] !== x.segments.values[b * seq + j]) return false;
  if (j < (x.prefixLengths?.values[b] ?? 0)) return true;
  const distance = j - (queryOffset + i);
  return distance > -window && (causal ? distance <= 0 : distance < window);
}

/** Weights `[batch, numHeads, seq, keySeq]`, row by row. */
export function weights64(x: Inputs, v: Variant): Float64Array {
  const { batch, seq, keySeq, numHeads, numKvHeads, headDim, scale = 1 / Math.sqrt(headDim) } = v;
  const weights = new Float64Array(batch * numHeads * seq * keySeq);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq) {
        const query = (b * seq + i) * numHeads * headDim + h * headDim;
        const row = Array.from({ length: keySeq }, (_, j) => {
          const bias = x.distanceBias?.values[h * (seq + keySeq - 1) + j - i + seq - 1] ?? 0;
          if (bias <= hidden || !sees(x, v, b, i, j)) return -Infinity;
          const key = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
          let dot = 0;
          for (let d = 0; d < headDim; d++) dot += x.q!.values[query + d]! * x.k!.values[key + d]!;
          return dot * scale + bias;
        });
        const max = Math.max(...row);
        if (max === -Infinity) continue;
        const exponentials = row.map((score) => Math.exp(score - max));
        const sum = exponentials.reduce((a, e) => a + e, 0);
        weights.set(exponentials.map((e) => e / sum), at); // prettier-ignore
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
  const y = new Float64Array(batch * seq * numHeads * headDim);
  for (let b = 0, at = 0; b < batch; b++)
    for (let h = 0; h < numHeads; h++)
      for (let i = 0; i < seq; i++, at += keySeq)
        for (let j = 0; j < keySeq; j++) {
          const value = ((b * keySeq + j) * numKvHeads + Math.floor((h * numKvHeads) / numHeads)) * headDim;
          const out = ((b * seq + i) * numHeads + h) * headDim;
          for (let d = 0; d < headDim; d++) y[out + d]! += weights[at + j]! * x.v!.values[value + d]!;
        }
  return y;
}
