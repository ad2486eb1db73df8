import { embedding } from '../../ops/embedding.js';
import { indices, ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

function float64(ids: Host, weight: Host): Float64Array {
  const width = weight.shape[1]!;
  const y = new Float64Array(ids.values.length * width);
  ids.values.forEach((id, row) => y.set(weight.values.subarray(id * width, (id + 1) * width), row * width));
  return y;
}

const embeddingCase = (ids: Host, vocab: number, width: number): OpCase => ({
  name: `embedding ids [${ids.shape}] of [${vocab}, ${width}]`,
  inputs: { ids, weight: normal(`embedding ${vocab} ${width}`, [vocab, width]) },
  run: ({ ids, weight }) => embedding(ids!, weight!),
  float64: ({ ids, weight }) => float64(ids!, weight!),
  shape: [...ids.shape, width],
  gradients: ['weight'],
});

export const embeddingCases: OpCase[] = [
  embeddingCase(indices('ids', [2, 3], 7), 7, 5),
  embeddingCase(indices('ids', [4, 11], 3), 3, 1), // many repetitions
  embeddingCase(ints([], [2]), 4, 3),
  embeddingCase(ints([1], [0]), 1, 6),
];
