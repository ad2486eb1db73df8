import { expect, test } from 'vitest';
import { withSharedLimits, withSharedMemory } from './share-memory.js';

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const types = [1, 4, 1, 0x60, 0, 0];
const exportMemory = [7, 10, 1, 6, ...new TextEncoder().encode('memory'), 2, 0];
/** A module with a type and a memory section of the given limits. */
const moduleWith = (...limits: number[]) =>
  Uint8Array.from([...header, ...types, 5, limits.length + 1, 1, ...limits, ...exportMemory]);
const tfjsMemory = moduleWith(1, 0x80, 0x02, 0x80, 0x80, 0x04);

const memoryOf = async (source: BufferSource) => {
  const { instance } = (await WebAssembly.instantiate(source)) as unknown as WebAssembly.WebAssemblyInstantiatedSource;
  return (instance.exports as { memory: WebAssembly.Memory }).memory;
};

test("tfjs's memory becomes a shared one, in a copy of its module", async () => {
  const before = tfjsMemory.slice();
  expect((await memoryOf(withSharedLimits(tfjsMemory))).buffer).toBeInstanceOf(SharedArrayBuffer);
  expect((await memoryOf(withSharedLimits(tfjsMemory.buffer))).buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(tfjsMemory).toEqual(before);
});

test.each([
  ['another memory', moduleWith(0, 1)],
  ['no memory', Uint8Array.from([...header, ...types])],
  ['no section', Uint8Array.from(header)],
  ['no module', Uint8Array.from([1, 2, 3])],
])('%s stays as it is', (_what, bytes) => expect(withSharedLimits(bytes)).toBe(bytes));

test('other modules that start meanwhile are not touched, and WebAssembly is itself again afterwards', async () => {
  const { instantiate, instantiateStreaming } = WebAssembly;
  const [theirs, other] = await withSharedMemory(() =>
    Promise.all([memoryOf(tfjsMemory), memoryOf(moduleWith(1, 1, 2))]),
  );
  expect(theirs.buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(other.buffer).toBeInstanceOf(ArrayBuffer);
  await expect(withSharedMemory(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(WebAssembly.instantiate).toBe(instantiate);
  expect(WebAssembly.instantiateStreaming).toBe(instantiateStreaming);
});
