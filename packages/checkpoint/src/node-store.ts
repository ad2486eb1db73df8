import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { isTemporary, makeFolder, removeLeftovers, removeWhole, writeDurably } from './durable-write.js';
import { type ByteRange, checkPath, checkTruncation, type FileStore } from './file-store.js';
import { storeError } from './store-error.js';

/** One call of the operating system reads fewer than 2^31 bytes. */
const maxRead = 2 ** 30;

/**
 * The files below a folder, which is made with the first file. `write` goes through a temporary name, fsync and rename,
 * `remove` takes whole folders away at once; what a crash leaves behind is invisible to `list` and removed by the next
 * write to the same folder.
 */
export function nodeStore(directory: string): FileStore {
  const root = resolve(directory);
  const cleaned = new Set<string>();

  const at = (path: string) => {
    checkPath(path);
    return join(root, path);
  };

  const shown = (path: string) => join(directory, path);

  async function attempt<T>(action: string, path: string, run: (file: string) => Promise<T>): Promise<T> {
    const file = at(path);
    try {
      return await run(file);
    } catch (error) {
      throw storeError(action, shown(path), error);
    }
  }

  const sizeOf = (path: string) =>
    attempt('read', path, async (file) => {
      const found = await orNull(stat(file));
      return found?.isFile() ? found.size : null;
    });

  return {
    location: directory,
    read: (path, range) =>
      attempt('read', path, async (name) => {
        const file = await orNull(open(name, 'r'));
        if (!file) return null;
        try {
          return await readRange(file, range);
        } finally {
          await file.close();
        }
      }),
    size: sizeOf,
    write: (path, bytes) =>
      attempt('write', path, async (file) => {
        const folder = dirname(file);
        if (!cleaned.has(folder)) await removeLeftovers(folder);
        cleaned.add(folder);
        await writeDurably(file, bytes);
      }),
    append: (path, bytes) =>
      attempt('append to', path, async (name) => {
        await makeFolder(dirname(name));
        const file = await open(name, 'a');
        try {
          await file.writeFile(bytes);
        } finally {
          await file.close();
        }
      }),
    flush: (path) =>
      attempt('flush', path, async (name) => {
        const file = await orNull(open(name, 'r+'));
        try {
          await file?.sync();
        } finally {
          await file?.close();
        }
      }),
    async truncate(path, length) {
      checkTruncation(shown(path), await sizeOf(path), length);
      await attempt('shorten', path, async (name) => {
        const file = await open(name, 'r+');
        try {
          await file.truncate(length);
          await file.sync();
        } finally {
          await file.close();
        }
      });
    },
    async list(folder = '') {
      const start = folder === '' ? root : at(folder);
      const entries = (await orNull(readdir(start, { recursive: true, withFileTypes: true }))) ?? [];
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
        .filter((parts) => !parts.some(isTemporary))
        .map((parts) => parts.join('/'))
        .sort();
    },
    remove: (path) => attempt('remove', path, removeWhole),
  };
}

async function readRange(file: Awaited<ReturnType<typeof open>>, range?: ByteRange): Promise<Uint8Array> {
  const { size } = await file.stat();
  const offset = Math.min(range?.offset ?? 0, size);
  const bytes = new Uint8Array(Math.min(range?.length ?? size, size - offset));
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(maxRead, bytes.length - done), offset + done);
    if (bytesRead === 0) return bytes.subarray(0, done);
    done += bytesRead;
  }
  return bytes;
}

/** null where a file or a folder above it is missing. */
async function orNull<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
