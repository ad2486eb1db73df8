import type { DataType, TypedArray } from '@tensorflow/tfjs-core';
import type { Kernel } from './replace.js';

/** tfjs copies 2 and 0.3 into a bool as 2 and 0. A cast to the own dtype shares the buffer. */
export const cast: Kernel<{ dtype: DataType }> = (device, { x }, { dtype }, stock) => {
  if (x!.dtype === dtype) return device.share(x!);
  if (dtype !== 'bool') return stock();
  const out = device.output(x!.shape, 'bool');
  const values = device.view<Uint8Array>(out);
  device.view<TypedArray>(x!).forEach((value, i) => {
    values[i] = value === 0 ? 0 : 1;
  });
  return out;
};
