import type { HostTensor } from '@ashlar/nn';
import { type FileStore, pathIn } from './file-store.js';
import { decodeTensor, location } from './safetensors.js';
import { headerLength, parseHeader, type TensorEntry } from './safetensors-header.js';

/** A safetensors file of which only the header has been read. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Stored type and shape by name. */
  readonly entries: ReadonlyMap<string, Readonly<Pick<TensorEntry, 'dtype' | 'shape'>>>;
  /** Reads one tensor. @throws RangeError for a name the file does not have */
  tensor(name: string): Promise<HostTensor>;
}

/**
 * Opens a safetensors file of any size: the header now, each tensor's bytes when it is asked for.
 *
 * @throws Error of one sentence for a file that is missing, damaged or hostile
 */
export async function openSafetensors(store: FileStore, path: string): Promise<SafetensorsFile> {
  const shown = pathIn(store, path);
  const size = await store.size(path);
  if (size === null) throw new Error(`${shown} does not exist`);
  const read = async (offset: number, length: number) => {
    const bytes = await store.read(path, { offset, length });
    if (bytes?.length !== length) throw new Error(`${shown} changed while it was read`);
    return bytes;
  };
  const prefix = await read(0, Math.min(8, size));
  const length = naming(shown, () => headerLength(prefix, size));
  const json = await read(8, length);
  const header = naming(shown, () => parseHeader(json, size));
  return {
    metadata: header.metadata,
    entries: header.entries,
    async tensor(name) {
      const entry = header.entries.get(name);
      if (!entry) throw new RangeError(`${shown} has no tensor ${name}`);
      const [begin, end] = location(header, entry);
      const bytes = await read(begin, end - begin);
      return naming(shown, () => decodeTensor(name, entry, bytes));
    },
  };
}

/** Says in an error which file is meant, instead of which format. */
function naming<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error) error.message = `${path}: ${error.message.replace('safetensors: ', '')}`;
    throw error;
  }
}
