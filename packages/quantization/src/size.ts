import { type Module, stateDict } from '@ashlar/nn';
import { quantizedLinearsOf } from './linears.js';
import { BYTES_PER_ELEMENT } from './packing.js';

/** Bytes of all that a module saves. */
export interface ModelSize {
  /** What the variables hold in memory: codes as bytes on wasm and cpu, elsewhere three bytes in the four of an int32. */
  memory: number;
  /** What the weights of a folder take (`toQuantizedFolder`): the bits of the format, and nothing between them. */
  file: number;
}

/** What a module takes in memory and in a file; the two differ only where layers are quantized. */
export function sizeInBytes(module: Module): ModelSize {
  const packed = new Set(
    [...quantizedLinearsOf(module).values()].flatMap(({ weight }) => [...stateDict(weight).values()]),
  );
  const size = { memory: 0, file: 0 };
  for (const variable of stateDict(module).values()) {
    const { dtype } = variable;
    const bytes = variable.size * (dtype === 'bool' ? 1 : 4);
    size.memory += bytes;
    size.file += packed.has(variable) && dtype === 'int32' ? variable.size * BYTES_PER_ELEMENT : bytes;
  }
  return size;
}
