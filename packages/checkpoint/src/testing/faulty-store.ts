import type { FileStore } from '../file-store.js';

export interface FaultyStoreOptions {
  /** What the store lets through: each byte written counts one, and so do each rename, removal and truncation. */
  failAfterBytes: number;
  /** `'kill'`: the process dies, half-written files stay and every later call fails. `'full'`: ENOSPC. @default 'kill' */
  fault?: 'kill' | 'full';
}

export interface FaultyStore extends FileStore {
  /** What has been used of `failAfterBytes`. */
  readonly spent: number;
}

/**
 * A store that breaks in the middle, for testing that what is on it survives.
 *
 * A kill inside `write` leaves the first bytes under the temporary name `<path>.partial` and the old file as it was,
 * one inside `append` leaves the first of the appended bytes; a folder is removed file by file.
 */
export function faultyStore(store: FileStore, { failAfterBytes, fault = 'kill' }: FaultyStoreOptions): FaultyStore {
  let spent = 0;
  let dead = false;

  const allowance = (wanted: number) => {
    const granted = Math.min(wanted, failAfterBytes - spent);
    spent += granted;
    return granted;
  };

  const fail = (action: string): never => {
    dead = fault === 'kill';
    if (dead) throw new Error(`killed: could not ${action}`);
    throw Object.assign(new Error(`could not ${action}: the disk is full (ENOSPC)`), { code: 'ENOSPC' });
  };

  const alive = async <T>(run: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('killed: the process is gone');
    return run();
  };

  /** A step that happens or does not. On a full disk there is still room for it. */
  const spendStep = (action: string) => {
    if (allowance(1) < 1 && fault === 'kill') fail(action);
  };

  return {
    location: store.location,
    get spent() {
      return spent;
    },
    read: (path, range) => alive(() => store.read(path, range)),
    size: (path) => alive(() => store.size(path)),
    list: (folder) => alive(() => store.list(folder)),
    flush: (path) => alive(() => store.flush(path)),
    write: (path, bytes) =>
      alive(async () => {
        const granted = allowance(bytes.length);
        const renamed = granted === bytes.length && (allowance(1) === 1 || fault === 'full');
        if (renamed) return store.write(path, bytes);
        if (fault === 'kill') await store.write(`${path}.partial`, bytes.subarray(0, granted));
        fail(`write ${path}`);
      }),
    append: (path, bytes) =>
      alive(async () => {
        const granted = allowance(bytes.length);
        await store.append(path, bytes.subarray(0, granted));
        if (granted < bytes.length) fail(`append to ${path}`);
      }),
    truncate: (path, length) =>
      alive(async () => {
        spendStep(`shorten ${path}`);
        await store.truncate(path, length);
      }),
    remove: (path) =>
      alive(async () => {
        const inside = await store.list(path);
        for (const file of inside.length > 0 ? inside : [path]) {
          spendStep(`remove ${file}`);
          await store.remove(file);
        }
        await store.remove(path);
      }),
  };
}
