const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  QuotaExceededError: 'the storage quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be larger than the system allows',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a part of the path is a file',
  ENOENT: 'no folder can be made there',
  EMFILE: 'too many files are open',
  EIO: 'the device failed',
};

/**
 * What an operating system or browser says, as one sentence with the facts; `code` stays readable.
 *
 * @param action such as `write`
 */
export function storeError(action: string, path: string, error: unknown): Error & { code?: string } {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  const key = typeof code === 'string' ? code : (name ?? '');
  const reason = reasons[key] ?? message ?? String(error);
  const sentence = new Error(`could not ${action} ${path}: ${reason} (${key})`, { cause: error });
  return Object.assign(sentence, { code: key === 'QuotaExceededError' ? 'ENOSPC' : key });
}
