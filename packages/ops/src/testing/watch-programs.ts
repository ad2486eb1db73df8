import * as tf from '@tensorflow/tfjs-core';

type Info = Pick<tf.TensorInfo, 'shape'>;

/** One program that a GPU was told to run: what it reads and what it writes. */
export interface WatchedProgram {
  inputs: readonly Info[];
  outputs: readonly Info[];
}

/** A GPU backend of tfjs; every program of its own goes through this method, the packing of textures too. */
type Backend = Record<'runWebGLProgram' | 'runWebGPUProgram', (...args: never[]) => tf.TensorInfo> & {
  [key: symbol]: unknown;
};

/** Programs of Ashlar on webgpu may have several outputs, and announce themselves. */
const announced = Symbol.for('@ashlar/ops webgpu dispatched');
interface Announced {
  inputs: Record<string, Info>;
  outputs: Record<string, Info>;
  inPlace?: boolean;
}

/**
 * Calls `take` with each program that the backend in use, `webgl` or `webgpu`, runs.
 *
 * @returns what ends it
 */
export function watchPrograms(take: (program: WatchedProgram) => void): () => void {
  const backend = tf.backend() as unknown as Backend;
  const method = tf.getBackend() === 'webgl' ? 'runWebGLProgram' : 'runWebGPUProgram';
  const original = backend[method];
  backend[method] = (...args: never[]) => {
    const output = original.apply(backend, args);
    take({ inputs: (args as unknown[])[1] as readonly Info[], outputs: [output] });
    return output;
  };
  backend[announced] = ({ inputs, outputs, inPlace }: Announced) => {
    const written = Object.values(outputs);
    take({ inputs: [...Object.values(inputs), ...(inPlace ? written : [])], outputs: written });
  };
  return () => {
    delete (backend as Partial<Backend>)[method]; // the class has it
    delete backend[announced];
  };
}
