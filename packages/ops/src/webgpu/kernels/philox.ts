import type { Tensor } from '@tensorflow/tfjs-core';
import { float, word } from '../device.js';

/** WGSL: word `index` of a dropout call's stream, of which the uniforms hold the position. */
export const philoxWgsl = `
  fn high(a: u32, b: u32) -> u32 {
    let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
    return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (((middle & 0xffffu) + (a & 0xffffu) * (b >> 16u)) >> 16u);
  }
  fn streamWord(index: u32) -> u32 {
    var c = vec4<u32>(index / 4u, u.call, u.step, 0x64726f70u);
    var k = vec2<u32>(u.seedLow, u.seedHigh);
    for (var round = 0; round < 10; round++) {
      c = vec4<u32>(high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
                    high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
      k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
    }
    return c[index % 4u];
  }
  // what dropout multiplies element \`index\` by
  fn kept(index: u32) -> f32 {
    return select(0.0, u.keptScale, streamWord(index) >= u.threshold);
  }`;

/**
 * The uniforms that `philoxWgsl` reads.
 *
 * @param rng int32 `[8]` of `DropoutRng.next()`, still on the host
 */
export function philoxUniforms(rng: Tensor, rate: number) {
  const limbs = rng.dataSync();
  const at = (i: number) => word(((limbs[2 * i + 1]! << 16) | limbs[2 * i]!) >>> 0);
  return {
    ...{ seedLow: at(0), seedHigh: at(1), call: at(2), step: at(3) },
    threshold: word(Math.floor(rate * 2 ** 32)),
    keptScale: float(1 / (1 - rate)),
  };
}
