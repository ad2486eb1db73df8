import type { TensorInfo } from '@tensorflow/tfjs-core';
import { uniformAt } from '../../random/random-stream.js';
import { float, int, type Device } from '../device.js';
import { fused } from './fused.js';

/** The bits of a number that one program finds, the highest first. */
type Rounds = readonly [number, number, number];

/** GLSL: `sums_<i>` of each round as a row of the digit's candidates; the largest that still reaches `bound` is the digit. */
const foundGlsl = (rounds: Rounds, known: number, bound: string) => {
  const digits = rounds.slice(0, known).map((bits, round) => `
    low = 0;
    high = ${2 ** bits};
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (sums${round}_(0, row, middle) >= bound) low = middle; else high = middle;
    }
    number = (number << ${bits}u) | uint(low);`); // prettier-ignore
  return `
    uint found(int row) {
      uint number = 0u;
      float bound = ${bound};
      int low, high;
      ${digits.join('\n')}
      return number;
    }`;
};

interface Search {
  inputs: Record<string, TensorInfo>;
  uniforms: Record<string, ReturnType<typeof int>>;
  rounds: Rounds;
  /** GLSL of the bits of element `i` of `row`, and of what it adds. */
  order: string;
  term: string;
  /** GLSL: what the sum must reach, in terms of `row` and `sums0_`. */
  bound: string;
  functions?: string;
}

/**
 * The largest number for which the terms of all elements of a row whose `order` is not below it reach a bound, by its digits:
 * a program sums for all candidates of a digit at once.
 *
 * @returns the sums, which `foundGlsl` reads
 */
function search(
  device: Device,
  batch: number,
  { inputs, uniforms, rounds, order, term, bound, functions = '' }: Search,
) {
  const sums: Record<string, TensorInfo> = {};
  for (const [round, bits] of rounds.entries()) {
    const below = rounds.slice(round + 1).reduce((a, b) => a + b, 0);
    const prefix = round === 0 ? '0u' : `found(row) << ${bits + below}u`;
    sums[`sums${round}`] = device.run({
      inputs: { ...inputs, ...sums },
      uniforms,
      shape: [1, batch, 2 ** bits],
      functions: `${functions} ${round > 0 ? foundGlsl(rounds, round, bound) : ''}
        float value(int o, int row, int digit) {
          uint candidate = (${prefix}) | (uint(digit) << ${below}u);
          float all = 0.0;
          for (int start = 0; start < vocab; start += 128) { // parts are summed apart: less is rounded
            float sum = 0.0;
            int stop = min(start + 128, vocab);
            for (int i = start; i < stop; i++) if (${order} >= candidate) sum += ${term};
            all += sum;
          }
          return all;
        }`,
    });
  }
  return sums;
}

/** GLSL: a float as a number that orders as it does. */
const orderGlsl = `
  uint order(float x) {
    uint bits = x == 0.0 ? 0u : floatBitsToUint(x);
    return (bits >> 31u) == 1u ? ~bits : bits | 0x80000000u;
  }`;

const topKRounds: Rounds = [11, 11, 10];
/** Weights are at most 1, which has 30 bits. */
const topPRounds: Rounds = [10, 10, 10];

export function registerSample(): void {
  fused('AshlarSample', (device, { logits, positions }, { temperature, topK, topP }) => {
    const [batch, vocab] = logits.shape as [number, number];
    const size = { vocab: int(vocab) };
    // -3.4e38 for a row that holds NaN or nothing but -Infinity
    const top = device.run({
      inputs: { logits },
      uniforms: size,
      shape: [1, batch, 1],
      functions: `
        float value(int o, int row, int c) {
          float high = -3.4e38;
          for (int i = 0; i < vocab; i++) {
            float x = logits_(0, row, i);
            if (isnan(x)) return -3.4e38;
            high = max(high, x);
          }
          return high;
        }`,
    });

    const kept = temperature > 0 && topK > 0 && topK < vocab;
    const ofTopK = kept
      ? search(device, batch, {
          inputs: { logits },
          uniforms: { ...size, topK: int(topK) },
          rounds: topKRounds,
          order: 'order(logits_(0, row, i))',
          term: '1.0',
          bound: 'float(topK)',
          functions: orderGlsl,
        })
      : {};
    // up to a factor the probabilities; stored, since another program might round them otherwise
    const weights = device.run({
      inputs: { logits, top, ...ofTopK },
      uniforms: { temperature: float(temperature), topK: int(topK) },
      shape: [1, batch, vocab],
      functions: `${orderGlsl} ${kept ? foundGlsl(topKRounds, topKRounds.length, 'float(topK)') : ''}
        float value(int o, int row, int i) {
          float x = logits_(0, row, i);
          float highest = top_(0, row, 0);
          if (x == highest) return 1.0;
          ${temperature === 0 ? 'return 0.0;' : `${kept ? 'if (order(x) < found(row)) return 0.0;' : ''} return exp((x - highest) / temperature);`}
        }`,
    });

    const nucleus = temperature > 0 && topP < 1;
    const bound = 'topP * sums0_(0, row, 0)';
    const uniforms = { ...size, topP: float(topP) };
    const ofTopP = nucleus
      ? search(device, batch, {
          inputs: { weights },
          uniforms,
          rounds: topPRounds,
          order: 'floatBitsToUint(weights_(0, row, i))',
          term: 'weights_(0, row, i)',
          bound,
        })
      : {};
    // made by the call, still on the host
    const drawn = device.upload(
      positions ? Float32Array.from(uniformAt(positions.dataSync(), batch)) : new Float32Array(batch),
      [batch],
    );
    const ids = device.run({
      inputs: { top, weights, drawn, ...ofTopP },
      uniforms,
      shape: [1, 1, batch],
      as: [batch],
      dtype: 'int32',
      functions: `${nucleus ? foundGlsl(topPRounds, topPRounds.length, bound) : ''}
        float value(int o, int r, int row) {
          if (top_(0, row, 0) < -3e38) return -1.0;
          // of what is as likely as the last one of topP only the first \`places\` count
          uint last = ${nucleus ? 'found(row)' : '0u'};
          int places = vocab;
          float above = 0.0;
          for (int i = 0; i < vocab; i++) {
            float own = weights_(0, row, i);
            if (floatBitsToUint(own) > last) above += own;
          }
          ${nucleus ? `if (last > 0u) places = int(clamp(ceil((${bound} - above) / uintBitsToFloat(last)), 1.0, float(vocab)));` : ''}
          int equals = 0;
          for (int i = 0; i < vocab; i++) if (floatBitsToUint(weights_(0, row, i)) == last) equals++;
          float target = drawn_(0, 0, row) * (above + float(min(equals, places)) * uintBitsToFloat(last));
          float sum = 0.0;
          int seen = 0;
          int id = -1;
          for (int i = 0; i < vocab; i++) {
            float own = weights_(0, row, i);
            uint bits = floatBitsToUint(own);
            if (bits == last) seen++;
            if (own > 0.0 && (bits > last || (bits == last && seen <= places))) {
              id = i;
              sum += own;
              if (sum > target) break;
            }
          }
          return float(id);
        }`,
    });
    [top, weights, drawn, ...Object.values(ofTopK), ...Object.values(ofTopP)].forEach((info) => device.free(info));
    return [ids];
  });
}
