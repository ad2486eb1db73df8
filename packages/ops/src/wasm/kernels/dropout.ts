import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { Device } from '../device.js';
import { fused } from './fused.js';

const tag = 0x64726f70;
/** Nanoseconds of an element. */
const cost = 1.5;
/** Bytes of the random words that a kernel makes at a time. */
const wordBytes = 64;

/** Bytes of a stream in memory, rounded to keep what follows aligned. */
export const streamBytes = 32;

/** Writes a call's stream as the kernels read it: key, call, step and tag as whole words. */
export function writeStream(device: Device, rng: Tensor, address: number): void {
  const limbs = device.view<Int32Array>(rng);
  const stream = device.words(address, 5);
  for (let word = 0; word < 4; word++)
    stream.setUint32(4 * word, (limbs[2 * word]! | (limbs[2 * word + 1]! << 16)) >>> 0, true);
  stream.setUint32(16, tag, true);
}

/** The smallest word that is kept. */
export const keepThreshold = (rate: number): number => Math.floor(rate * 2 ** 32);

function drop(device: Device, x: Tensor, rng: Tensor, rate: number): TensorInfo[] {
  const y = device.output(x.shape);
  const stream = device.scratch(streamBytes);
  writeStream(device, rng, stream);
  const [px, py] = [device.address(x), device.address(y)];
  const ranges = device.crew.ranges(x.size, cost, { multiple: 16 });
  device.crew.runWithScratch(
    'dropout',
    wordBytes,
    ranges.map((range) => [px, py, ...range, keepThreshold(rate), 1 / (1 - rate), stream]),
  );
  return [y];
}

export function registerDropout(): void {
  fused('AshlarDropout', (device, { x, rng }, { rate }) => drop(device, x, rng, rate));
  fused('AshlarDropoutGrad', (device, { dy, rng }, { rate }) => drop(device, dy, rng, rate));
}
