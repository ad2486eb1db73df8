import type * as tf from '@tensorflow/tfjs-core';
import { rotary, rotaryTables } from '../../ops/rotary.js';
import { floats, ints, normal, type Host } from '../host.js';
import type { OpCase } from './case.js';

interface Variant {
  shape: [batch: number, seq: number];
  numHeads: number;
  headDim: number;
  rotaryDim: number;
  interleaved?: boolean;
  /** Of each token, or of the first one. @default none are passed */
  positions?: number[] | number;
  maxPositions?: number;
  base?: number;
  x?: Host;
}

/** The rotation as a product of complex numbers, with angles of its own. */
function float64({ values }: Host, v: Variant): Float64Array {
  const { shape, numHeads, headDim, rotaryDim, interleaved = false, positions = 0, base = 10_000 } = v;
  const y = values.slice();
  const pairs = rotaryDim / 2;
  for (let token = 0; token < shape[0] * shape[1]; token++) {
    const position = typeof positions === 'number' ? positions + (token % shape[1]) : positions[token]!;
    for (let head = 0; head < numHeads; head++)
      for (let i = 0; i < pairs; i++) {
        const angle = position / base ** (i / pairs);
        const start = (token * numHeads + head) * headDim;
        const [re, im] = interleaved ? [start + 2 * i, start + 2 * i + 1] : [start + i, start + i + pairs];
        y[re] = values[re]! * Math.cos(angle) - values[im]! * Math.sin(angle);
        y[im] = values[re]! * Math.sin(angle) + values[im]! * Math.cos(angle);
      }
  }
  return y;
}

function rotaryCase(name: string, v: Variant): OpCase {
  const { shape, numHeads, headDim, rotaryDim, interleaved = false, positions, maxPositions = 64, base = 10_000 } = v;
  const x = v.x ?? normal(`rotary ${name}`, [...shape, numHeads * headDim]);
  const table = (which: 'cos' | 'sin') => {
    const turn = (i: number) => Math.floor(i / (rotaryDim / 2)) / base ** ((i % (rotaryDim / 2)) / (rotaryDim / 2));
    const size = (maxPositions * rotaryDim) / 2;
    return floats([maxPositions, rotaryDim / 2], Array.from({ length: size }, (_, i) => Math[which](turn(i)))); // prettier-ignore
  };
  return {
    name: `rotary ${interleaved ? 'interleaved' : 'in halves'}, ${name}`,
    inputs: {
      x,
      cos: table('cos'),
      sin: table('sin'),
      ...(positions !== undefined && {
        positions: typeof positions === 'number' ? ints([], [positions]) : ints(shape, positions),
      }),
    },
    run: (inputs) =>
      rotary(inputs.x!, inputs as unknown as { cos: tf.Tensor; sin: tf.Tensor }, {
        numHeads,
        interleaved,
        ...(inputs.positions && { positions: inputs.positions }),
      }),
    float64: (inputs) => float64(inputs.x!, v),
    shape: x.shape,
    gradients: ['x'],
  };
}

const both = (name: string, v: Variant): OpCase[] =>
  [false, true].map((interleaved) => rotaryCase(name, { ...v, interleaved }));

/** Tables that the op itself makes. */
const ownTables: OpCase = (() => {
  const v: Variant = { shape: [1, 3], numHeads: 1, headDim: 6, rotaryDim: 4, positions: 4093, base: 500_000 };
  const { inputs, ...rest } = rotaryCase('far along, tables of rotaryTables', v);
  return {
    ...rest,
    inputs: { x: inputs.x!, positions: inputs.positions! },
    run: (x) => rotary(x.x!, rotaryTables({ maxPositions: 4096, rotaryDim: 4, base: 500_000 }), { numHeads: 1, positions: x.positions! }), // prettier-ignore
  };
})();

export const rotaryCases: OpCase[] = [
  ...both('whole heads of 8', { shape: [2, 5], numHeads: 3, headDim: 8, rotaryDim: 8 }),
  ...both('6 of 11, at an offset', { shape: [2, 3], numHeads: 2, headDim: 11, rotaryDim: 6, positions: 7 }),
  ...both('18 of 20', { shape: [1, 4], numHeads: 1, headDim: 20, rotaryDim: 18 }),
  ...both('positions of left-padded rows', {
    shape: [2, 4],
    numHeads: 2,
    headDim: 4,
    rotaryDim: 4,
    positions: [0, 0, 1, 2, 9, 10, 63, 0],
  }),
  ...both('one pair, one token, base 100', { shape: [1, 1], numHeads: 1, headDim: 2, rotaryDim: 2, positions: 63, base: 100 }), // prettier-ignore
  ...both('large and small', {
    shape: [1, 2],
    numHeads: 1,
    headDim: 4,
    rotaryDim: 4,
    positions: 1,
    x: floats([1, 2, 4], [1e6, -1e6, 3e5, 2e6, -4e6, 1e-20, 0, 1e6]),
  }),
  ...both('NaN stays in its pair', {
    shape: [1, 2],
    numHeads: 2,
    headDim: 4,
    rotaryDim: 2,
    x: floats([1, 2, 8], [1, 2, 3, 4, 5, NaN, 7, 8, 1, 2, NaN, 4, 5, 6, 7, 8]),
  }).map((c) => ({ ...c, gradients: [] })),
  ownTables,
];
