/** A part of a file: `length` bytes from `offset` on. */
export interface ByteRange {
  offset: number;
  length: number;
}

/**
 * Files by path, wherever they live: a folder (`nodeStore`), the browser's own file system (`opfsStore`), memory.
 *
 * Paths are relative, with `/` between the parts; folders appear with their first file. Bytes that are handed out or
 * taken in are copies. Failures are Errors of one sentence; a full disk has `code: 'ENOSPC'`.
 */
export interface FileStore {
  /** Where the files are, for messages: a folder, `memory`. */
  readonly location: string;
  /** The bytes of a file, or those of `range` that it has; null if there is no such file. */
  read(path: string, range?: ByteRange): Promise<Uint8Array | null>;
  /** Bytes in a file; null if there is no such file. */
  size(path: string): Promise<number | null>;
  /** Replaces a file as a whole and durably: a crash leaves the old bytes or the new ones, never a mixture. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Adds to the end of a file, which is made if missing. A crash may leave the first part of `bytes`. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Waits until what was appended would survive a power cut. */
  flush(path: string): Promise<void>;
  /** Shortens a file to its first `length` bytes. Throws if it is missing or shorter. */
  truncate(path: string, length: number): Promise<void>;
  /** Paths of all files in a folder and the folders below, sorted; none if it is missing. @default the whole store */
  list(folder?: string): Promise<string[]>;
  /** Removes a file, or a folder with all it holds; nothing happens if it is missing. */
  remove(path: string): Promise<void>;
}

/** Joins the parts of a path; empty ones (the root folder) vanish. */
export const joinPath = (...parts: string[]): string => parts.filter((part) => part !== '').join('/');

/** A path as messages show it: with the place of its store. */
export const pathIn = (store: FileStore, path: string): string => joinPath(store.location, path);

/** @throws RangeError for a path that is empty, absolute or leaves the store */
export function checkPath(path: string): void {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/.test(part)))
    throw new RangeError(`FileStore: ${JSON.stringify(path)} is not a relative path with single slashes and no '..'`);
}

/** @throws RangeError unless a file of `size` bytes (null: missing) can be shortened to `length` */
export function checkTruncation(path: string, size: number | null, length: number): void {
  if (size === null || size < length || !Number.isSafeInteger(length) || length < 0)
    throw new RangeError(
      `cannot shorten ${path} to ${length} bytes: ${size === null ? 'there is no such file' : `it has ${size}`}`,
    );
}
