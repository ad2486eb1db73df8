import { checkPath, checkTruncation, type FileStore } from './file-store.js';

/** Files in memory: for tests, and for pages that keep nothing. */
export function memoryStore(files: Iterable<[path: string, bytes: Uint8Array]> = []): FileStore {
  const stored = new Map<string, Uint8Array>();
  for (const [path, bytes] of files) {
    checkPath(path);
    stored.set(path, bytes.slice());
  }
  return {
    location: 'memory',
    async read(path, range) {
      checkPath(path);
      const bytes = stored.get(path);
      if (!bytes) return null;
      return range ? bytes.slice(range.offset, range.offset + range.length) : bytes.slice();
    },
    async size(path) {
      checkPath(path);
      return stored.get(path)?.length ?? null;
    },
    async write(path, bytes) {
      checkPath(path);
      stored.set(path, bytes.slice());
    },
    async append(path, bytes) {
      checkPath(path);
      const before = stored.get(path) ?? new Uint8Array();
      const joined = new Uint8Array(before.length + bytes.length);
      joined.set(before);
      joined.set(bytes, before.length);
      stored.set(path, joined);
    },
    async flush(path) {
      checkPath(path);
    },
    async truncate(path, length) {
      checkPath(path);
      const bytes = stored.get(path);
      checkTruncation(path, bytes?.length ?? null, length);
      stored.set(path, bytes!.slice(0, length));
    },
    async list(folder = '') {
      if (folder !== '') checkPath(folder);
      const prefix = folder === '' ? '' : `${folder}/`;
      return [...stored.keys()].filter((path) => path.startsWith(prefix)).sort();
    },
    async remove(path) {
      checkPath(path);
      for (const file of [...stored.keys()]) if (file === path || file.startsWith(`${path}/`)) stored.delete(file);
    },
  };
}
