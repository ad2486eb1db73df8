import type { HostTensor } from '@ashlar/nn';
import { expect, it } from 'vitest';
import { encodeSafetensors, type FileStore, memoryStore, openSafetensors } from './index.js';

const a: HostTensor = { dtype: 'float32', shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) };
const b: HostTensor = { dtype: 'int32', shape: [1], data: new Int32Array([-5]) };
const file = encodeSafetensors(new Map([['a', a], ['b', b]]), { metadata: { made: 'here' } }); // prettier-ignore

it('reads the header first and then only the tensors that are asked for', async () => {
  const plain = memoryStore([['w', file]]);
  const reads: (number | undefined)[] = [];
  const store: FileStore = {
    ...plain,
    read: (path, range) => {
      reads.push(range?.length);
      return plain.read(path, range);
    },
  };
  const opened = await openSafetensors(store, 'w');
  expect(opened.metadata).toEqual({ made: 'here' });
  expect([...opened.entries].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['a', 'F32', [2, 2]],
    ['b', 'I32', [1]],
  ]);
  expect(await opened.tensor('b')).toEqual(b);
  expect(await opened.tensor('a')).toEqual(a);
  expect(reads).toEqual([8, file.length - 28, 4, 16]);
  await expect(opened.tensor('c')).rejects.toThrow('memory/w has no tensor c');
});

it('names the file it cannot open', async () => {
  const store = memoryStore([
    ['short', new Uint8Array(3)],
    ['cut', file.slice(0, -1)],
  ]);
  await expect(openSafetensors(store, 'missing')).rejects.toThrow('memory/missing does not exist');
  await expect(openSafetensors(store, 'short')).rejects.toThrow('memory/short: 3 bytes are too few');
  await expect(openSafetensors(store, 'cut')).rejects.toThrow('memory/cut: b ends at byte 20, but 19 bytes');
});

it('notices a file that shrinks under its hands', async () => {
  const store = memoryStore([['w', file]]);
  const opened = await openSafetensors(store, 'w');
  await store.truncate('w', file.length - 1);
  await expect(opened.tensor('b')).rejects.toThrow('memory/w changed while it was read');
});
