import type { JsonReader } from './reader.js';

/** How each type of a component is read. `depth` counts the sequences around it. */
export type Readers<T> = Record<string, (reader: JsonReader, depth: number) => T>;

const maxDepth = 32;

/** Reads a component by its `type`, or by the field that gives an untyped one away. */
export function readTyped<T>(
  reader: JsonReader,
  readers: Readers<T>,
  legacy: readonly (readonly [type: string, field: string])[],
  depth: number,
): T {
  if (depth > maxDepth) reader.reject(`lies inside more than ${maxDepth} sequences`);
  if (!reader.has('type')) {
    const type = legacy.find(([, field]) => reader.has(field))?.[0];
    if (!type) reader.fail(`an object with a "type": ${Object.keys(readers).join(', ')}`);
    return readers[type]!(reader, depth + 1);
  }
  const type = reader.get('type').oneOf(Object.keys(readers));
  return readers[type]!(reader, depth + 1);
}
