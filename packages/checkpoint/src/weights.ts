import type { HostTensor } from '@ashlar/nn';
import type { FloatDtype } from './dtypes.js';
import { type FileStore, joinPath, pathIn } from './file-store.js';
import { isObject, jsonBytes, readJson } from './json.js';
import { openSafetensors } from './open-safetensors.js';
import { byteLength, encodeSafetensors } from './safetensors.js';

const single = 'model.safetensors';
const indexFile = 'model.safetensors.index.json';
const shardFile = /^model-\d{5}-of-\d{5}\.safetensors$/;

/** transformers asks for it: which library the names and layouts are those of. */
const metadata = { format: 'pt' };

export interface WeightsOptions {
  floatDtype: FloatDtype;
  /** Bytes of tensors in a file; above it there are several, with an index. */
  maxShardBytes: number;
}

/**
 * Writes `model.safetensors`, or `model-00001-of-0000n.safetensors` and their index, and removes what an earlier save
 * in the other form left. A crash in the middle leaves a folder that says it has no weights, never mixed ones.
 */
export async function writeWeights(
  store: FileStore,
  folder: string,
  tensors: ReadonlyMap<string, HostTensor>,
  { floatDtype, maxShardBytes }: WeightsOptions,
): Promise<void> {
  const shards = intoShards(tensors, floatDtype, maxShardBytes);
  const at = (file: string) => joinPath(folder, file);
  if (shards.length === 1) {
    await store.write(at(single), encodeSafetensors(tensors, { metadata, floatDtype }));
    await store.remove(at(indexFile));
    await removeShards(store, folder);
    return;
  }
  await store.remove(at(indexFile));
  await store.remove(at(single));
  await removeShards(store, folder);
  const weightMap: Record<string, string> = {};
  for (const [number, shard] of shards.entries()) {
    const file = `model-${fiveDigits(number + 1)}-of-${fiveDigits(shards.length)}.safetensors`;
    await store.write(at(file), encodeSafetensors(shard, { metadata, floatDtype }));
    for (const name of shard.keys()) weightMap[name] = file;
  }
  const total_size = [...tensors].reduce((sum, [name, tensor]) => sum + byteLength(name, tensor, floatDtype), 0);
  await store.write(at(indexFile), jsonBytes({ metadata: { total_size }, weight_map: weightMap }));
}

/**
 * Reads the weights of a folder, in one file or in several.
 *
 * @throws Error of one sentence where they, or a part of them, are missing or damaged
 */
export async function readWeights(store: FileStore, folder: string): Promise<Map<string, HostTensor>> {
  if ((await store.size(joinPath(folder, single))) !== null) {
    const file = await openSafetensors(store, joinPath(folder, single));
    return readNames(file, file.entries.keys());
  }
  const index = await readJson(store, joinPath(folder, indexFile));
  if (!index) throw new Error(`${pathIn(store, folder)} has no weights: neither ${single} nor ${indexFile} is there`);
  const tensors = new Map<string, HostTensor>();
  for (const [file, names] of namesByShard(pathIn(store, joinPath(folder, indexFile)), index['weight_map']))
    for (const entry of await readNames(await openSafetensors(store, joinPath(folder, file)), names))
      tensors.set(...entry);
  return tensors;
}

async function readNames(file: Awaited<ReturnType<typeof openSafetensors>>, names: Iterable<string>) {
  const tensors = new Map<string, HostTensor>();
  for (const name of names) tensors.set(name, await file.tensor(name));
  return tensors;
}

function namesByShard(path: string, weightMap: unknown): Map<string, string[]> {
  if (!isObject(weightMap)) throw new Error(`${path} has no weight_map`);
  const shards = new Map<string, string[]>();
  for (const [name, file] of Object.entries(weightMap)) {
    if (typeof file !== 'string' || !/^[^/\\]+\.safetensors$/.test(file))
      throw new Error(`${path} places ${name} in ${JSON.stringify(file)}, which is not a safetensors file beside it`);
    const names = shards.get(file) ?? [];
    shards.set(file, names);
    names.push(name);
  }
  return shards;
}

/** In the given order, a new file wherever the next tensor would not fit; a tensor is never cut. */
function intoShards(tensors: ReadonlyMap<string, HostTensor>, floatDtype: FloatDtype, maxShardBytes: number) {
  let shard = new Map<string, HostTensor>();
  const shards = [shard];
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    const length = byteLength(name, tensor, floatDtype);
    if (shard.size > 0 && bytes + length > maxShardBytes) {
      shards.push((shard = new Map()));
      bytes = 0;
    }
    shard.set(name, tensor);
    bytes += length;
  }
  return shards;
}

async function removeShards(store: FileStore, folder: string): Promise<void> {
  for (const path of await store.list(folder))
    if (shardFile.test(path.slice(folder === '' ? 0 : folder.length + 1))) await store.remove(path);
}

const fiveDigits = (number: number) => String(number).padStart(5, '0');
