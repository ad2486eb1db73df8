import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeUtf8 } from '../decode-utf8.js';

/**
 * The text of a UTF-8 file; one whose name ends in `.gz` is unpacked.
 *
 * @throws Error of one sentence for a file that is missing, empty or not UTF-8 (with the offset of the first wrong byte)
 *   or, if it is called `.gz`, not packed
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
  const text = decodeUtf8(path.endsWith('.gz') ? await unpack(bytes, path) : bytes, path);
  if (text === '') throw new Error(`${path} is empty`);
  return text;
}

async function unpack(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    throw new Error(`${path} could not be unpacked: ${(error as Error).message}`, { cause: error });
  }
}
