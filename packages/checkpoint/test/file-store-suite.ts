import { describe, expect, it } from 'vitest';
import type { FileStore } from '../src/index.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (found: Uint8Array | null) => found && new TextDecoder().decode(found);

/** What every store does; `make` gives a new, empty one. */
export function testFileStore(name: string, make: () => FileStore | Promise<FileStore>): void {
  describe(name, () => {
    it('gives back what was written, in any folder', async () => {
      const store = await make();
      await store.write('a.txt', bytes('one'));
      await store.write('runs/x/b.txt', bytes('two'));
      expect(text(await store.read('a.txt'))).toBe('one');
      expect(text(await store.read('runs/x/b.txt'))).toBe('two');
      await store.write('a.txt', bytes('a longer text'));
      expect(text(await store.read('a.txt'))).toBe('a longer text');
      await store.write('a.txt', bytes(''));
      expect(await store.size('a.txt')).toBe(0);
    });

    it('says null for a missing file, also where a folder or a file stands in the way', async () => {
      const store = await make();
      await store.write('folder/file', bytes('x'));
      expect(await store.read('nothing')).toBeNull();
      expect(await store.read('no/such/folder')).toBeNull();
      expect(await store.read('folder/file/below')).toBeNull();
      expect(await store.size('nothing')).toBeNull();
      expect(await store.size('folder')).toBeNull();
    });

    it('reads ranges, cut at the end of the file', async () => {
      const store = await make();
      await store.write('a', bytes('0123456789'));
      expect(text(await store.read('a', { offset: 3, length: 4 }))).toBe('3456');
      expect(text(await store.read('a', { offset: 8, length: 4 }))).toBe('89');
      expect(text(await store.read('a', { offset: 20, length: 4 }))).toBe('');
    });

    it('appends, flushes and shortens', async () => {
      const store = await make();
      await store.append('log/metrics.jsonl', bytes('one\n'));
      await store.append('log/metrics.jsonl', bytes('two\n'));
      await store.flush('log/metrics.jsonl');
      expect(text(await store.read('log/metrics.jsonl'))).toBe('one\ntwo\n');
      await store.truncate('log/metrics.jsonl', 4);
      await store.append('log/metrics.jsonl', bytes('three\n'));
      expect(text(await store.read('log/metrics.jsonl'))).toBe('one\nthree\n');
      await expect(store.truncate('log/metrics.jsonl', 99)).rejects.toThrow(/cannot shorten .* to 99 bytes: it has 10/);
      await expect(store.truncate('missing', 0)).rejects.toThrow(/no such file/);
    });

    it('lists files of a folder and below, sorted, and not those whose name begins alike', async () => {
      const store = await make();
      for (const path of ['b', 'run/2', 'run/1/x', 'run-2/y']) await store.write(path, bytes(''));
      expect(await store.list()).toEqual(['b', 'run-2/y', 'run/1/x', 'run/2']);
      expect(await store.list('run')).toEqual(['run/1/x', 'run/2']);
      expect(await store.list('missing')).toEqual([]);
    });

    it('removes files and folders, and does not mind if they are missing', async () => {
      const store = await make();
      for (const path of ['run/1/x', 'run/2', 'run-2/y']) await store.write(path, bytes(''));
      await store.remove('run/2');
      expect(await store.list('run')).toEqual(['run/1/x']);
      await store.remove('run');
      await store.remove('run');
      await store.remove('never/there');
      expect(await store.list()).toEqual(['run-2/y']);
    });

    it('copies bytes in and out', async () => {
      const store = await make();
      const given = bytes('abc');
      await store.write('a', given);
      given[0] = 0;
      const taken = (await store.read('a'))!;
      taken[1] = 0;
      expect(text(await store.read('a'))).toBe('abc');
    });

    it.each(['', '/a', 'a//b', '../a', 'a/../../b', 'a/', './a', 'a\\b', 'a\0b'])(
      'refuses the path %j',
      async (path) => {
        const store = await make();
        await expect(store.write(path, bytes('x'))).rejects.toThrow(RangeError);
        await expect(store.read(path)).rejects.toThrow(/is not a relative path/);
      },
    );
  });
}
