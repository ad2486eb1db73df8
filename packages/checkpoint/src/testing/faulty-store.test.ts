import { describe, expect, it } from 'vitest';
import { testFileStore } from '../../test/file-store-suite.js';
import { memoryStore } from '../index.js';
import { faultyStore } from '../testing.js';

testFileStore('faultyStore that does not fail', () => faultyStore(memoryStore(), { failAfterBytes: Infinity }));

describe('faultyStore', () => {
  it('dies inside an append and keeps the first bytes', async () => {
    const disk = memoryStore();
    const store = faultyStore(disk, { failAfterBytes: 3 });
    await expect(store.append('log', new Uint8Array([1, 2, 3, 4]))).rejects.toThrow('killed: could not append to log');
    expect([...(await disk.read('log'))!]).toEqual([1, 2, 3]);
    await expect(store.read('log')).rejects.toThrow('killed: the process is gone');
  });

  it('dies inside a write and keeps the old file', async () => {
    const disk = memoryStore([['a', new Uint8Array([9])]]);
    const store = faultyStore(disk, { failAfterBytes: 2 });
    await expect(store.write('a', new Uint8Array(2))).rejects.toThrow('killed: could not write a');
    expect([...(await disk.read('a'))!]).toEqual([9]);
    expect(await disk.size('a.partial')).toBe(2);
  });

  it('on a full disk goes on living', async () => {
    const disk = memoryStore([['old', new Uint8Array([9])]]);
    const store = faultyStore(disk, { failAfterBytes: 2, fault: 'full' });
    await expect(store.write('a', new Uint8Array(3))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect(await store.list()).toEqual(['old']);
    await store.remove('old');
    expect(await disk.list()).toEqual([]);
  });
});
