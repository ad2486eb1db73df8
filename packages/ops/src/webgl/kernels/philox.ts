import type { Tensor } from '@tensorflow/tfjs-core';
import { float, int, ints } from '../device.js';

/** GLSL: what dropout multiplies element `index` of a call by; the uniforms hold the call's position. */
export const philoxGlsl = `
  uint high(uint a, uint b) {
    uint middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
    return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (((middle & 0xffffu) + (a & 0xffffu) * (b >> 16u)) >> 16u);
  }
  float kept(uint index) {
    uvec4 position = uvec4(stream);
    uvec4 c = uvec4(index / 4u, position.z, position.w, 0x64726f70u);
    uvec2 k = position.xy;
    for (int round_ = 0; round_ < 10; round_++) {
      c = uvec4(high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
                high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
      k += uvec2(0x9e3779b9u, 0xbb67ae85u);
    }
    uint i = index % 4u;
    uint word = i == 0u ? c.x : i == 1u ? c.y : i == 2u ? c.z : c.w;
    return word >= uint(threshold) ? keptScale : 0.0;
  }`;

/**
 * The uniforms that `philoxGlsl` reads.
 *
 * @param rng int32 `[8]` of `DropoutRng.next()`, still on the host
 */
export function philoxUniforms(rng: Tensor, rate: number) {
  const limbs = rng.dataSync();
  const at = (i: number) => (limbs[2 * i + 1]! << 16) | limbs[2 * i]!;
  return {
    stream: ints([at(0), at(1), at(2), at(3)]),
    threshold: int(Math.floor(rate * 2 ** 32) | 0),
    keptScale: float(1 / (1 - rate)),
  };
}
