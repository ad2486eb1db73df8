import type { Kernel } from './replace.js';

interface ClipByValueAttributes {
  clipValueMin: number;
  clipValueMax: number;
}

/** tfjs clips the bits of an int32 tensor as if they were floats. */
export const clipByValue: Kernel<ClipByValueAttributes> = (device, { x }, { clipValueMin, clipValueMax }, stock) => {
  if (x!.dtype !== 'int32') return stock();
  const out = device.output(x!.shape, 'int32');
  const values = device.view<Int32Array>(out);
  device.view<Int32Array>(x!).forEach((value, i) => {
    values[i] = Math.min(Math.max(value, clipValueMin), clipValueMax);
  });
  return out;
};
