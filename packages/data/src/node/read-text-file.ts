import { readFile } from 'node:fs/promises';
import { decodeUtf8 } from '../decode-utf8.js';

/**
 * The text of a UTF-8 file.
 *
 * @throws Error of one sentence for a file that is missing, empty or not UTF-8 (with the offset of the first wrong byte)
 */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = {
      ENOENT: 'does not exist',
      EISDIR: 'is a folder, not a text file',
      EACCES: 'may not be read: permission denied',
    };
    throw new Error(`${path} ${reasons[error.code ?? ''] ?? `could not be read: ${error.message}`}`, { cause: error });
  });
  const text = decodeUtf8(bytes, path);
  if (text === '') throw new Error(`${path} is empty`);
  return text;
}
