import * as tf from '@tensorflow/tfjs-core';

/** What a piece of work asks of a GPU. */
export interface Traffic {
  /** Programs started. */
  dispatches: number;
  /** Bytes of all inputs of all programs, from their shapes. */
  read: number;
  /** Bytes of all their outputs. */
  written: number;
}

type Info = Pick<tf.TensorInfo, 'shape'>;

const bytes = ({ shape }: Info) => 4 * shape.reduce((product, length) => product * length, 1);
const bytesOf = (infos: readonly Info[]) => infos.reduce((sum, info) => sum + bytes(info), 0);

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

/** Counts what `work` asks of the backend in use, `webgl` or `webgpu`. */
export async function count(work: () => Promise<void>): Promise<Traffic> {
  const backend = tf.backend() as unknown as Backend;
  const method = tf.getBackend() === 'webgl' ? 'runWebGLProgram' : 'runWebGPUProgram';
  const traffic: Traffic = { dispatches: 0, read: 0, written: 0 };
  const add = (inputs: readonly Info[], outputs: readonly Info[]) => {
    traffic.dispatches++;
    traffic.read += bytesOf(inputs);
    traffic.written += bytesOf(outputs);
  };
  const original = backend[method];
  backend[method] = (...args: never[]) => {
    const output = original.apply(backend, args);
    add((args as unknown[])[1] as readonly Info[], [output]);
    return output;
  };
  backend[announced] = ({ inputs, outputs, inPlace }: Announced) => {
    const written = Object.values(outputs);
    add([...Object.values(inputs), ...(inPlace ? written : [])], written);
  };
  try {
    await work();
  } finally {
    delete (backend as Partial<Backend>)[method]; // the class has it
    delete backend[announced];
  }
  return traffic;
}
