import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testFileStore } from '../test/file-store-suite.js';
import { nodeStore } from './node.js';

const folder = () => mkdtemp(join(tmpdir(), 'ashlar-store-'));

testFileStore('nodeStore', async () => nodeStore(await folder()));

it('leaves no temporary file behind a write, finished or failed', async () => {
  const root = await folder();
  const store = nodeStore(root);
  await store.write('a', new Uint8Array(3));
  await store.write('folder/b', new Uint8Array(3));
  const failure = await store.write('folder', new Uint8Array(3)).catch((error: Error) => error);
  expect(failure).toMatchObject({
    code: 'EISDIR',
    message: `could not write ${join(root, 'folder')}: it is a folder (EISDIR)`,
  });
  expect(await readdir(root)).toEqual(['a', 'folder']);
});

it('hides what a crash left and removes it with the next write, but not what a living process is writing', async () => {
  const root = await folder();
  const dead = '.a.999999999.0123abcd.tmp';
  const living = `.a.${process.ppid}.0123abcd.tmp`;
  for (const name of [dead, living]) await writeFile(join(root, name), 'half');
  await mkdir(join(root, '.folder.999999999.0123abcd.tmp'));
  await writeFile(join(root, '.folder.999999999.0123abcd.tmp', 'b'), 'half removed');
  const store = nodeStore(root);
  expect(await store.list()).toEqual([]);
  await store.write('a', new Uint8Array(3));
  expect((await readdir(root)).sort()).toEqual([living, 'a'].sort());
  expect(await store.list()).toEqual(['a']);
});

it('says what stands in the way of a write', async () => {
  const root = await folder();
  await writeFile(join(root, 'file'), '');
  const store = nodeStore(root);
  await expect(store.write('file/below', new Uint8Array(1))).rejects.toThrow(/could not write .*below: .* \(E\w+\)$/);
});

it.skipIf(process.platform !== 'linux')('says where no folder can be made', async () => {
  await expect(nodeStore('/proc/ashlar').write('a', new Uint8Array(1))).rejects.toThrow(
    'could not write /proc/ashlar/a: no folder can be made there (ENOENT)',
  );
});

it.skipIf(process.platform !== 'linux')('says that the disk is full', async () => {
  // /dev/full is a device on which every write fails with ENOSPC
  await expect(nodeStore('/dev').append('full', new Uint8Array(1))).rejects.toMatchObject({
    code: 'ENOSPC',
    message: 'could not append to /dev/full: the disk is full (ENOSPC)',
  });
});

it('does not follow a write with anything but the new bytes', async () => {
  const root = await folder();
  const store = nodeStore(root);
  const writes = Array.from({ length: 20 }, (_, i) => store.write('same', new Uint8Array(1000 + i).fill(i)));
  await Promise.all(writes);
  const bytes = await readFile(join(root, 'same'));
  expect(new Set(bytes).size).toBe(1);
  expect(bytes.length).toBe(1000 + bytes[0]!);
});
