/** Definitions in float64, row by row: slow, and what every kernel is held against. */

interface Product {
  rows: number;
  inner: number;
  columns: number;
  transposeA?: boolean;
  transposeB?: boolean;
}

/** a b of one pair of matrices that start at `atA` and `atB`. */
export function matMul64(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { rows, inner, columns, transposeA = false, transposeB = false }: Product,
  [atA, atB] = [0, 0],
): Float64Array {
  const c = new Float64Array(rows * columns);
  if (transposeB && !transposeA) {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a[atA + i * inner + k]! * b[atB + j * inner + k]!;
        c[i * columns + j] = sum;
      }
    return c;
  }
  const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1];
  const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1];
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < inner; k++) {
      const x = a[atA + i * rowA + k * innerA]!;
      for (let j = 0; j < columns; j++) c[i * columns + j]! += x * b[atB + k * innerB + j * columnB]!;
    }
  return c;
}

/** [rows, hidden] normalised and scaled; gradients of x, weight and bias for `dy`. */
export function layerNorm64(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
  dy: ArrayLike<number>,
  eps = 1e-5,
) {
  const hidden = weight.length;
  const rows = x.length / hidden;
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)];
  const [dWeight, dBias] = [new Float64Array(hidden), new Float64Array(hidden)];
  for (let row = 0; row < rows; row++) {
    const at = row * hidden;
    let [mean, square] = [0, 0];
    for (let i = 0; i < hidden; i++) mean += x[at + i]! / hidden;
    for (let i = 0; i < hidden; i++) square += (x[at + i]! - mean) ** 2 / hidden;
    const scale = 1 / Math.sqrt(square + eps);
    let [sum, sumWithX] = [0, 0];
    for (let i = 0; i < hidden; i++) {
      const normal = (x[at + i]! - mean) * scale;
      y[at + i] = normal * weight[i]! + bias[i]!;
      dWeight[i]! += dy[at + i]! * normal;
      dBias[i]! += dy[at + i]!;
      const g = dy[at + i]! * weight[i]!;
      sum += g / hidden;
      sumWithX += (g * normal) / hidden;
    }
    for (let i = 0; i < hidden; i++) {
      const normal = (x[at + i]! - mean) * scale;
      dx[at + i] = scale * (dy[at + i]! * weight[i]! - sum - normal * sumWithX);
    }
  }
  return { y, dx, dWeight, dBias };
}

const C = Math.sqrt(2 / Math.PI);

/** GPT-2's GELU, and its derivative. */
export function geluTanh64(x: number): [value: number, slope: number] {
  const t = Math.tanh(C * (x + 0.044715 * x ** 3));
  return [0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * C * (1 + 3 * 0.044715 * x * x)];
}

/** -log softmax at the targets, and the gradient of the logits for `dy`. */
export function crossEntropy64(logits: ArrayLike<number>, targets: ArrayLike<number>, dy: ArrayLike<number>) {
  const rows = targets.length;
  const vocab = logits.length / rows;
  const [loss, dLogits] = [new Float64Array(rows), new Float64Array(logits.length)];
  for (let row = 0; row < rows; row++) {
    const at = row * vocab;
    let [max, sum] = [-Infinity, 0];
    for (let i = 0; i < vocab; i++) max = Math.max(max, logits[at + i]!);
    for (let i = 0; i < vocab; i++) sum += Math.exp(logits[at + i]! - max);
    loss[row] = max + Math.log(sum) - logits[at + targets[row]!]!;
    for (let i = 0; i < vocab; i++) dLogits[at + i] = (dy[row]! * Math.exp(logits[at + i]! - max)) / sum;
    dLogits[at + targets[row]!]! -= dy[row]!;
  }
  return { loss, dLogits };
}

interface Attention {
  q: ArrayLike<number>;
  k: ArrayLike<number>;
  v: ArrayLike<number>;
  dy: ArrayLike<number>;
  seq: number;
  numHeads: number;
  headSize: number;
}

/**
 * Causal attention of the first row of a batch, `[seq, numHeads * headSize]` each.
 * @param from the values and dq of the queries from here on are computed, and dk and dv of the keys from here on:
 *   no earlier query sees those
 */
export function attention64({ q, k, v, dy, seq, numHeads, headSize }: Attention, from: number) {
  const width = numHeads * headSize;
  const scale = 1 / Math.sqrt(headSize);
  const part = () => new Float64Array((seq - from) * width);
  const [y, dq, dk, dv] = [part(), part(), part(), part()];
  const weights = new Float64Array(seq);
  const dWeights = new Float64Array(seq);
  for (let head = 0; head < numHeads; head++)
    for (let i = from; i < seq; i++) {
      const query = i * width + head * headSize;
      const out = (i - from) * width + head * headSize;
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>, j: number) => {
        let sum = 0;
        for (let d = 0; d < headSize; d++) sum += a[query + d]! * b[j * width + head * headSize + d]!;
        return sum;
      };
      let [max, total, mean] = [-Infinity, 0, 0];
      for (let j = 0; j <= i; j++) {
        weights[j] = dot(q, k, j) * scale;
        max = Math.max(max, weights[j]!);
      }
      for (let j = 0; j <= i; j++) total += weights[j] = Math.exp(weights[j]! - max);
      for (let j = 0; j <= i; j++) {
        weights[j]! /= total;
        dWeights[j] = dot(dy, v, j);
        mean += weights[j]! * dWeights[j]!;
      }
      for (let j = 0; j <= i; j++) {
        const key = j * width + head * headSize;
        const dScore = weights[j]! * (dWeights[j]! - mean) * scale;
        for (let d = 0; d < headSize; d++) {
          y[out + d]! += weights[j]! * v[key + d]!;
          dq[out + d]! += dScore * k[key + d]!;
        }
        if (j < from) continue;
        const keyOut = (j - from) * width + head * headSize;
        for (let d = 0; d < headSize; d++) {
          dk[keyOut + d]! += dScore * q[query + d]!;
          dv[keyOut + d]! += weights[j]! * dy[query + d]!;
        }
      }
    }
  return { y, dq, dk, dv };
}
