import { packBytes, packedBytes } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import { areBytes } from './bytes.js';
import { markInitialized } from './init.js';
import type { Module } from './module.js';
import { walk } from './walk.js';

/**
 * A tensor on the host: what files are made of. `data` is row-major and owned by whoever holds the object; an int32
 * tensor may hold bytes (`Uint8Array`), which files keep as such.
 */
export interface HostTensor {
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** The trainable parameters of a module by path, sorted by path; a tied weight is listed once. */
export function parameters(module: Module): Map<string, tf.Variable> {
  return new Map([...stateDict(module)].filter(([, variable]) => variable.trainable));
}

/** Everything a module saves (parameters and non-trainable variables) by path, sorted by path. */
export function stateDict(module: Module): Map<string, tf.Variable> {
  const found: [string, tf.Variable][] = [];
  for (const { path, value } of walk(module)) if (value instanceof tf.Variable) found.push([path, value]);
  const state = new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  if (state.size < found.length) {
    const twice = found.find(([path], i) => found[i + 1]?.[0] === path)![0];
    throw new TypeError(`${twice}: two fields have this path`);
  }
  return state;
}

/** Number of trainable values of a module; a tied weight counts once. */
export function numParameters(module: Module): number {
  return [...parameters(module).values()].reduce((sum, { size }) => sum + size, 0);
}

/**
 * Copies a module's state to the host; the arrays are copies, later training does not change them. A `byteVariable` comes as
 * int32, three bytes an element.
 */
export async function hostStateDict(module: Module): Promise<Map<string, HostTensor>> {
  return toHost(stateDict(module));
}

/** Copies tensors to the host, keeping their order. */
export async function toHost(tensors: ReadonlyMap<string, tf.Tensor>): Promise<Map<string, HostTensor>> {
  const reading = [...tensors].map(async ([name, tensor]): Promise<[string, HostTensor]> => {
    const data = (await tensor.data()) as Float32Array;
    if (areBytes(tensor)) {
      const packed = packBytes(data as unknown as Uint8Array);
      return [name, { dtype: 'int32', shape: [packed.length], data: packed }];
    }
    // the cpu backend hands out its own array, which an in-place optimizer would go on writing to
    return [name, { dtype: tensor.dtype as HostTensor['dtype'], shape: tensor.shape.slice(), data: data.slice() }];
  });
  return new Map(await Promise.all(reading));
}

/** Moves a host tensor to the current backend; the array is copied, so it may be reused. */
export function fromHost({ dtype, shape, data }: HostTensor): tf.Tensor {
  return tf.tensor(data.slice(), shape, dtype);
}

/**
 * Copies `state` (host or device tensors) into a module's variables by path. Names, shapes and dtypes must match.
 *
 * @throws Error that says what is missing, unexpected or of another shape or dtype; the module is then unchanged
 */
export function loadStateDict(module: Module, state: ReadonlyMap<string, HostTensor | tf.Tensor>): void {
  const own = stateDict(module);
  const problems = [
    ...[...own.keys()].filter((path) => !state.has(path)).map((path) => `${path} is missing`),
    ...[...state.keys()].filter((path) => !own.has(path)).map((path) => `${path} is not expected`),
    ...[...own].flatMap(([path, variable]) => mismatch(path, variable, state.get(path))),
  ];
  const more = problems.length > 3 ? `; ${problems.length - 3} more` : '';
  if (problems.length > 0) throw new Error(`loadStateDict: ${problems.slice(0, 3).join('; ')}${more}`);
  for (const [path, variable] of own) {
    const value = state.get(path)!;
    tf.tidy(() => variable.assign(fitting(variable, value)));
    markInitialized(variable);
  }
}

/** `value` on the device, bytes as the variable holds them. */
function fitting(variable: tf.Variable, value: HostTensor | tf.Tensor): tf.Tensor {
  if (value instanceof tf.Tensor) return value;
  return areBytes(variable)
    ? tf.tensor(packedBytes(value.data as Int32Array), variable.shape, 'bool')
    : fromHost(value);
}

function mismatch(path: string, variable: tf.Variable, value: HostTensor | tf.Tensor | undefined): string[] {
  const describe = ({ dtype, shape }: { dtype: string; shape: number[] }) => `${dtype} [${shape.join(', ')}]`;
  const packed = areBytes(variable) && !(value instanceof tf.Tensor);
  const expected = describe(packed ? { dtype: 'int32', shape: [variable.size / 3] } : variable);
  return !value || describe(value) === expected ? [] : [`${path} is ${describe(value)} and should be ${expected}`];
}
