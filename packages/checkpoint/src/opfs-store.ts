import { checkPath, checkTruncation, type FileStore } from './file-store.js';
import { storeError } from './store-error.js';

/**
 * Files in the browser's own file system: per origin, kept across reloads, in pages and in workers. `write` and
 * `append` are all-or-nothing, because the browser swaps a finished copy in when it is closed.
 *
 * @param folder path of the store's folder in the origin's file system. @default the whole of it
 */
export function opfsStore(folder = ''): FileStore {
  if (folder !== '') checkPath(folder);
  const base = folder === '' ? [] : folder.split('/');

  async function directory(parts: string[], create: boolean): Promise<FileSystemDirectoryHandle | null> {
    let handle = await navigator.storage.getDirectory();
    for (const part of [...base, ...parts]) {
      const next = await orNull(handle.getDirectoryHandle(part, { create }));
      if (!next) return null;
      handle = next;
    }
    return handle;
  }

  async function fileHandle(path: string, create: boolean): Promise<FileSystemFileHandle | null> {
    checkPath(path);
    const parts = path.split('/');
    const parent = await directory(parts.slice(0, -1), create);
    return parent && orNull(parent.getFileHandle(parts.at(-1)!, { create }));
  }

  async function change(
    action: string,
    path: string,
    run: (writable: FileSystemWritableFileStream, size: number) => Promise<void>,
    keepExistingData: boolean,
  ): Promise<void> {
    checkPath(path);
    try {
      const handle = (await fileHandle(path, true))!;
      const { size } = await handle.getFile();
      const writable = await handle.createWritable({ keepExistingData });
      try {
        await run(writable, size);
      } catch (error) {
        await writable.abort();
        throw error;
      }
      await writable.close();
    } catch (error) {
      throw storeError(action, path, error);
    }
  }

  const sizeOf = async (path: string) => {
    const handle = await fileHandle(path, false);
    return handle ? (await handle.getFile()).size : null;
  };

  return {
    location: `opfs:/${base.join('/')}`,
    async read(path, range) {
      const handle = await fileHandle(path, false);
      if (!handle) return null;
      const file = await handle.getFile();
      const part = range ? file.slice(range.offset, range.offset + range.length) : file;
      return new Uint8Array(await part.arrayBuffer());
    },
    size: sizeOf,
    write: (path, bytes) => change('write', path, (writable) => writable.write(owned(bytes)), false),
    append: (path, bytes) =>
      change(
        'append to',
        path,
        (writable, size) => writable.write({ type: 'write', position: size, data: owned(bytes) }),
        true,
      ),
    // what is closed is on disk already
    flush: async (path) => checkPath(path),
    async truncate(path, length) {
      checkTruncation(path, await sizeOf(path), length);
      await change('shorten', path, (writable) => writable.truncate(length), true);
    },
    async list(inside = '') {
      if (inside !== '') checkPath(inside);
      const start = await directory(inside === '' ? [] : inside.split('/'), false);
      const paths: string[] = [];
      if (start) for await (const path of filesBelow(start, inside === '' ? '' : `${inside}/`)) paths.push(path);
      return paths.sort();
    },
    async remove(path) {
      checkPath(path);
      const parts = path.split('/');
      const parent = await directory(parts.slice(0, -1), false);
      if (parent) await orNull(parent.removeEntry(parts.at(-1)!, { recursive: true }));
    },
  };
}

async function* filesBelow(folder: FileSystemDirectoryHandle, prefix: string): AsyncGenerator<string> {
  for await (const [name, handle] of folder.entries())
    if (handle.kind === 'file') yield prefix + name;
    else yield* filesBelow(handle as FileSystemDirectoryHandle, `${prefix}${name}/`);
}

/** Browsers refuse bytes in shared memory. */
const owned = (bytes: Uint8Array) =>
  (bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()) as Uint8Array<ArrayBuffer>;

async function orNull<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    const { name } = error as DOMException;
    if (name === 'NotFoundError' || name === 'TypeMismatchError') return null;
    throw error;
  }
}
