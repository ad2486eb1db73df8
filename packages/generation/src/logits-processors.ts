/** Changes the logits of the next token in place; `-Infinity` rules a token out. */
export type LogitsProcessor = (logits: Float32Array) => void;

/**
 * Divides the logits: below 1 sharpens the distribution, above 1 flattens it.
 *
 * @throws RangeError unless positive (greedy decoding is not a temperature; see `generate`)
 */
export function temperature(value: number): LogitsProcessor {
  if (!(value > 0)) throw new RangeError(`temperature (${value}) must be greater than 0`);
  return (logits) => {
    for (let i = 0; i < logits.length; i++) logits[i]! /= value;
  };
}

/** Keeps the `k` most likely tokens, and those that tie with the last of them. */
export function topK(k: number): LogitsProcessor {
  if (!(Number.isInteger(k) && k > 0)) throw new RangeError(`topK (${k}) must be a positive integer`);
  return (logits) => {
    if (k >= logits.length) return;
    const threshold = Float32Array.from(logits).sort()[logits.length - k]!;
    for (let i = 0; i < logits.length; i++) if (logits[i]! < threshold) logits[i] = -Infinity;
  };
}

/**
 * Nucleus sampling (Holtzman et al. 2019, arXiv 1904.09751): keeps the smallest set of most likely tokens whose
 * probabilities reach `p`, including the token that crosses it.
 */
export function topP(p: number): LogitsProcessor {
  if (!(p > 0 && p <= 1)) throw new RangeError(`topP (${p}) must be in (0, 1]`);
  return (logits) => {
    if (p === 1) return; // the sum of rounded probabilities may reach 1 before the last token
    const probabilities = softmax(logits);
    const order = Uint32Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
    let mass = 0;
    for (const id of order) {
      if (mass >= p) logits[id] = -Infinity;
      mass += probabilities[id]!;
    }
  };
}

/** Probabilities in float64; `-Infinity` gets 0, and where there is `Infinity` all else does. */
export function softmax(logits: Float32Array): Float64Array {
  const max = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const exponentials = Float64Array.from(logits, (logit) => (logit === max ? 1 : Math.exp(logit - max)));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}
