import { type Module, stateDict } from '@ashlar/nn';

/**
 * The bytes of everything a module saves: what its variables hold in memory and what a file of them takes.
 *
 * Codes count as they are stored, three bytes in the four of an int32.
 */
export function sizeInBytes(module: Module): number {
  return [...stateDict(module).values()].reduce((sum, { size, dtype }) => sum + size * (dtype === 'bool' ? 1 : 4), 0);
}
