import { sampleTokens, type SampleTokensOptions } from '../../ops/sample-tokens.js';
import { RandomStream } from '../../random/random-stream.js';
import { floats, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

const [seed, index] = [2 ** 40 + 3, 70_001];

/** Probabilities of the tokens of one row that may be drawn, in their order. */
function allowed(row: number[], { temperature = 1, topK = row.length, topP = 1 }: SampleTokensOptions) {
  const scaled = row.map((logit) => logit / temperature);
  const max = Math.max(...scaled);
  const least = [...scaled].sort((a, b) => b - a)[Math.min(topK, row.length) - 1]!;
  const weights = scaled.map((value) => (value < least ? 0 : value === max ? 1 : Math.exp(value - max)));
  const shares = (list: number[]) => list.map((weight) => weight / list.reduce((sum, w) => sum + w, 0));
  if (topP === 1) return shares(weights);
  const probabilities = shares(weights);
  let mass = 0;
  for (const id of row.map((_, i) => i).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b)) {
    if (mass >= topP) weights[id] = 0;
    mass += probabilities[id]!;
  }
  return shares(weights);
}

function token(row: number[], uniform: number, options: SampleTokensOptions): number {
  const max = Math.max(...row);
  if (!(max > -Infinity)) return -1;
  if (options.temperature === 0) return row.indexOf(max);
  const probabilities = allowed(row, options);
  let cumulative = 0;
  const at = probabilities.findIndex((probability) => (cumulative += probability) > uniform);
  return at < 0 ? probabilities.reduce((last, probability, i) => (probability > 0 ? i : last), 0) : at;
}

const sampleCase = (name: string, logits: Host, options: SampleTokensOptions = {}): OpCase => {
  const [batch, vocab] = logits.shape as [number, number];
  const streams = Array.from({ length: batch }, (_, row) => new RandomStream(seed, `sample/${row}`));
  return {
    name: `sampleTokens ${name}`,
    inputs: { logits },
    run: (x) => sampleTokens(x.logits!, { ...options, ...(options.temperature !== 0 && { streams, index }) }),
    float64: (x) =>
      Float64Array.from(streams, (stream, row) =>
        token([...x.logits!.values.subarray(row * vocab, (row + 1) * vocab)], stream.uniform(index), options),
      ),
    shape: [batch],
  };
};

const equal = floats([9, 6], new Array(54).fill(2)); // prettier-ignore

export const sampleTokensCases: OpCase[] = [
  sampleCase('[7, 31]', normal('sample', [7, 31], 2)),
  sampleCase('[1, 1]', normal('sample', [1, 1])),
  sampleCase('[5, 300], temperature 0.7', normal('sample', [5, 300], 2), { temperature: 0.7 }),
  sampleCase('[5, 37], temperature 0', normal('sample', [5, 37]), { temperature: 0 }),
  sampleCase('[2, 6], temperature 0, the first of equal ones', floats([2, 6], [1, 3, 2, 3, 3, 0, 5, 5, 5, 5, 5, 5]), {
    temperature: 0,
  }),
  sampleCase('[11, 29], topK 5', normal('sample', [11, 29], 2), { topK: 5 }),
  sampleCase('[3, 5], topK 9', normal('sample', [3, 5]), { topK: 9 }),
  sampleCase('[3, 7], topK 1', normal('sample', [3, 7]), { topK: 1 }),
  sampleCase('[9, 6], topK 2 of equal ones', equal, { topK: 2 }),
  sampleCase('[11, 29], topP 0.6', normal('sample', [11, 29], 2), { topP: 0.6 }),
  sampleCase('[4, 19], topP 1e-6', normal('sample', [4, 19]), { topP: 1e-6 }),
  sampleCase('[9, 6], topP 0.4 of equal ones', equal, { topP: 0.4 }),
  sampleCase('[6, 111], all of them', normal('sample', [6, 111], 3), { temperature: 1.3, topK: 40, topP: 0.9 }),
  sampleCase('[3, 4], far apart', floats([3, 4], [1e4, 0, -1e4, 9e3, 500, 0, 499, 501, -1e4, -2e4, -1e4, -3e4])),
  sampleCase('[4, 5], -Infinity', floats([4, 5], [-Infinity, 1, -Infinity, 2, 1, -Infinity, -Infinity, -Infinity, -Infinity, 0, 3, -Infinity, 2, 3, 3, -Infinity, -Infinity, -Infinity, -Infinity, -Infinity]), { topP: 0.95 }), // prettier-ignore
  ...[0, 1].map(
    (temperature) =>
    sampleCase(`[2, 5], NaN, temperature ${temperature}`, floats([2, 5], [1, 2, NaN, 4, 5, -100, 0, -100, -100, -100]), { temperature }), // prettier-ignore
  ),
];
