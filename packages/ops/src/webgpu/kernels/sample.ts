import type { TensorInfo } from '@tensorflow/tfjs-core';
import { uniformAt } from '../../random/random-stream.js';
import { float, int } from '../device.js';
import { exponentialWgsl } from './exponential.js';
import { fused } from './fused.js';
import { totalWgsl } from './reduce.js';

/** WGSL: a float as a number that orders as it does. */
const orderWgsl = `
  fn order(x: f32) -> u32 {
    if (x == 0.0) { return 0x80000000u; }
    let bits = bitcast<u32>(x);
    return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
  }`;

/**
 * WGSL: `found` becomes the largest number of `bits` bits for which the terms of all elements whose `order` is not below it
 * add up to `bound`.
 */
const search = (found: string, bits: number, { order, term, bound }: Record<'order' | 'term' | 'bound', string>) => `
  for (var bit = ${bits}u; bit > 0u; bit--) {
    let candidate = ${found} | (1u << (bit - 1u));
    var sum = 0.0;
    for (var i = lane; i < u.vocab; i += 64) {
      let x = logits[start + i];
      if (${order} >= candidate) { sum += ${term}; }
    }
    if (total(lane, sum) >= ${bound}) { ${found} = candidate; }
  }`;

export function registerSample(): void {
  fused('AshlarSample', (device, { logits, positions }, { temperature, topK, topP }) => {
    const [batch, vocab] = logits.shape as [number, number];
    const ids = device.output([batch], 'int32');
    // made by the call, still on the host
    const drawn: TensorInfo = device.upload(
      positions ? Float32Array.from(uniformAt(positions.dataSync(), batch)) : new Float32Array(batch),
      [batch],
    );
    device.run({
      name: 'AshlarSample',
      inputs: { logits, drawn },
      outputs: { ids },
      uniforms: {
        ...{ vocab: int(vocab), topK: int(topK), topP: float(topP), temperature: float(temperature) },
      },
      groups: batch,
      functions: `${totalWgsl} ${exponentialWgsl} ${orderWgsl}
        var<workgroup> sums: array<f32, 64>;
        var<workgroup> counts: array<i32, 64>;
        // up to a factor the probability of a logit; at temperature 0 only the largest has one
        fn weight(x: f32, top: f32, least: u32) -> f32 {
          if (x == top) { return 1.0; }
          if (u.temperature == 0.0 || order(x) < least) { return 0.0; }
          return exp((x - top) / u.temperature);
        }`,
      main: `
        let start = group * u.vocab;
        var high = -3.4e38;
        var bad = 0.0;
        for (var i = lane; i < u.vocab; i += 64) {
          let x = logits[start + i];
          if (isNaN(x)) { bad = 1.0; } else { high = max(high, x); }
        }
        let top = highest(lane, high);
        let isValid = total(lane, bad) == 0.0 && top > -3e38;

        var least = 0u; // order of the smallest logit of topK
        if (u.topK > 0 && u.topK < u.vocab) {
          ${search('least', 32, { order: 'order(x)', term: '1.0', bound: 'f32(u.topK)' })}
        }
        var all = 0.0;
        for (var i = lane; i < u.vocab; i += 64) { all += weight(logits[start + i], top, least); }
        all = total(lane, all);

        // of what is as likely as the last one of topP only the first \`places\` count
        var last = 0u;
        var places = u.vocab;
        if (u.topP < 1.0) {
          let bound = u.topP * all;
          ${search('last', 30, { order: 'bitcast<u32>(weight(x, top, least))', term: 'weight(x, top, least)', bound: 'bound' })}
          var above = 0.0;
          for (var i = lane; i < u.vocab; i += 64) {
            let own = weight(logits[start + i], top, least);
            if (bitcast<u32>(own) > last) { above += own; }
          }
          above = total(lane, above);
          if (last > 0u) { places = i32(clamp(ceil((bound - above) / bitcast<f32>(last)), 1.0, f32(u.vocab))); }
        }

        // every lane has a run of tokens
        let run = (u.vocab + 63) / 64;
        let end = min((lane + 1) * run, u.vocab);
        var equals = 0;
        for (var i = lane * run; i < end; i++) {
          if (bitcast<u32>(weight(logits[start + i], top, least)) == last) { equals++; }
        }
        counts[lane] = equals;
        workgroupBarrier();
        var before = 0;
        for (var i = 0; i < lane; i++) { before += counts[i]; }
        var sum = 0.0;
        var seen = before;
        for (var i = lane * run; i < end; i++) {
          let own = weight(logits[start + i], top, least);
          let bits = bitcast<u32>(own);
          if (bits == last) { seen++; }
          if (bits > last || (bits == last && seen <= places)) { sum += own; }
        }
        counts[lane] = before;
        sums[lane] = sum;
        workgroupBarrier();
        if (lane == 0) {
          var whole = 0.0;
          for (var i = 0; i < 64; i++) { whole += sums[i]; }
          let target_ = drawn[group] * whole;
          var chosen = 0; // the run in which the sum passes the draw, else the last one that has a token
          var passed = 0.0;
          var sumBefore = 0.0;
          for (var i = 0; i < 64; i++) {
            if (sums[i] > 0.0) { chosen = i; sumBefore = passed; }
            passed += sums[i];
            if (passed > target_) { break; }
          }
          var id = -1;
          seen = counts[chosen];
          for (var i = chosen * run; i < min((chosen + 1) * run, u.vocab); i++) {
            let own = weight(logits[start + i], top, least);
            let bits = bitcast<u32>(own);
            if (bits == last) { seen++; }
            if (own > 0.0 && (bits > last || (bits == last && seen <= places))) {
              id = i;
              sumBefore += own;
              if (sumBefore > target_) { break; }
            }
          }
          ids[group] = select(-1, id, isValid);
        }`,
    });
    device.free(drawn);
    return [ids];
  });
}
