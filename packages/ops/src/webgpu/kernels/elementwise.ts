import type { TensorInfo } from '@tensorflow/tfjs-core';
import { int, type Device, type Program } from '../device.js';

/**
 * A program of one invocation an element.
 *
 * @param value WGSL of element `i` of the output, in terms of the inputs
 */
export function elementwise(
  device: Device,
  program: Pick<Program, 'name' | 'variant' | 'inputs' | 'functions'> & { uniforms?: Program['uniforms'] },
  shape: readonly number[],
  value: string,
): TensorInfo {
  const y = device.output(shape);
  const size = shape.reduce((product, length) => product * length, 1);
  device.run({
    ...program,
    outputs: { y },
    uniforms: { size: int(size), ...program.uniforms },
    groups: Math.ceil(size / 64),
    main: `
      let i = group * 64 + lane;
      if (i < u.size) { y[i] = ${value}; }`,
  });
  return y;
}
