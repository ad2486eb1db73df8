import type { HostTensor } from '@ashlar/nn';
import { type FileStore, joinPath, pathIn } from './file-store.js';
import { isObject, type JsonObject, jsonBytes, parseJson, readJson } from './json.js';
import { decodeSafetensors, encodeSafetensors } from './safetensors.js';
import { sha256 } from './sha256.js';
import { compareNames, parseName, stateName, type StateName } from './state-name.js';

/** All that a run needs to go on as if it had never stopped. */
export interface TrainingState {
  /** Everything the model saves, by state-dict path. */
  model: ReadonlyMap<string, HostTensor>;
  /** The optimizer's count of steps and its moments. */
  optimizer: { step: number; tensors: ReadonlyMap<string, HostTensor> };
  progress: Progress;
}

/** Where a run stands: JSON with finite numbers. Counter-based randomness needs only the seed and the step. */
export type Progress = JsonObject & { step: number };

export interface LoadedTrainingState extends TrainingState {
  /** The folder it came from, such as `checkpoints/state-200`. */
  folder: string;
  /** Why newer states were passed over, a sentence each. */
  passedOver: string[];
}

const pointer = 'latest.json';
const manifestFile = 'manifest.json';

/**
 * Saves a state, all or nothing: whatever moment the process dies or the disk fills up, `loadTrainingState` gives this
 * state or the one before.
 *
 * The files go into a new folder `state-<step>`, whose manifest of sizes and checksums is written last; then
 * `latest.json` is pointed at it; then older states, and leftovers of failed saves, are removed.
 *
 * @param folder holds the states of one run and nothing else
 * @param options.keep states that stay, this one included. @default 2
 * @returns the state's folder
 */
export async function saveTrainingState(
  store: FileStore,
  folder: string,
  { model, optimizer, progress }: TrainingState,
  { keep = 2 }: { keep?: number } = {},
): Promise<string> {
  checkProgress(progress);
  const files = new Map([
    ['model.safetensors', encodeSafetensors(model)],
    ['optimizer.safetensors', encodeSafetensors(optimizer.tensors, { metadata: { step: String(optimizer.step) } })],
    ['progress.json', jsonBytes(progress)],
  ]);
  files.set(manifestFile, jsonBytes(await describe(files)));
  const { name, isSaved } = await nameFor(store, folder, progress.step, files.get(manifestFile)!);
  const place = joinPath(folder, stateName(name));
  try {
    if (!isSaved) await writeAll(store, place, files);
    await store.write(joinPath(folder, pointer), jsonBytes({ state: stateName(name) }));
  } catch (error) {
    // on a full disk half a state would only be in the way; if the store is gone altogether, the first error counts
    if (!isSaved) await removeState(store, place).catch(() => {});
    throw error;
  }
  await removeOthers(store, folder, name, keep);
  return place;
}

async function writeAll(store: FileStore, place: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await store.remove(place);
  for (const [file, bytes] of files) await store.write(joinPath(place, file), bytes);
}

/** Without its manifest, half a removed state is an unfinished one. */
async function removeState(store: FileStore, place: string): Promise<void> {
  await store.remove(joinPath(place, manifestFile));
  await store.remove(place);
}

/**
 * Loads the newest complete state: the one `latest.json` names or, if it is damaged, the newest before it.
 *
 * @returns null if no save was ever completed
 * @throws Error of one sentence if there were complete states and all of them are damaged
 */
export async function loadTrainingState(store: FileStore, folder: string): Promise<LoadedTrainingState | null> {
  const named = await pointedName(store, folder);
  const names = (await allNames(store, folder)).filter((name) => !named || compareNames(name, named) <= 0);
  const passedOver: string[] = [];
  if (named && !names.some((name) => compareNames(name, named) === 0))
    passedOver.push(`${pathIn(store, joinPath(folder, stateName(named)))} is missing`);
  for (const name of names.reverse()) {
    const place = joinPath(folder, stateName(name));
    const state = await loadComplete(store, place);
    if (typeof state !== 'string') return { ...state, folder: place, passedOver };
    passedOver.push(`${pathIn(store, place)} ${state}`);
  }
  if (!named) return null;
  throw new Error(`${pathIn(store, folder)} has no complete training state: ${passedOver.join('; ')}`);
}

/** The state in a folder, or what is wrong with it. */
async function loadComplete(store: FileStore, place: string): Promise<TrainingState | string> {
  const files = await readComplete(store, place);
  if (typeof files === 'string') return files;
  const model = decodeSafetensors(files.get('model.safetensors')!);
  const optimizer = decodeSafetensors(files.get('optimizer.safetensors')!);
  return {
    model: model.tensors,
    optimizer: { step: Number(optimizer.metadata['step']), tensors: optimizer.tensors },
    progress: parseJson(files.get('progress.json')!) as Progress,
  };
}

async function readComplete(store: FileStore, place: string): Promise<Map<string, Uint8Array> | string> {
  const manifest = parseJson((await store.read(joinPath(place, manifestFile))) ?? new Uint8Array());
  if (!isObject(manifest) || !isObject(manifest['files'])) return 'is unfinished';
  const files = new Map<string, Uint8Array>();
  for (const file of ['model.safetensors', 'optimizer.safetensors', 'progress.json']) {
    const expected = manifest['files'][file];
    const bytes = await store.read(joinPath(place, file));
    if (!isObject(expected) || !bytes) return `lacks ${file}`;
    if (bytes.length !== expected['bytes'])
      return `has ${bytes.length} bytes of ${file}, not ${String(expected['bytes'])}`;
    if ((await sha256(bytes)) !== expected['sha256']) return `has a damaged ${file}: its checksum is another`;
    files.set(file, bytes);
  }
  return files;
}

async function describe(files: ReadonlyMap<string, Uint8Array>): Promise<JsonObject> {
  const entries = [...files].map(async ([file, bytes]) => [file, { bytes: bytes.length, sha256: await sha256(bytes) }]);
  return { format: 'ashlar-training-state', version: 1, files: Object.fromEntries(await Promise.all(entries)) };
}

/** The name to save a state of this step under: one that no finished state has, unless these very bytes are saved. */
async function nameFor(store: FileStore, folder: string, step: number, manifest: Uint8Array) {
  const last = (await finishedNames(store, folder)).filter((name) => name.step === step).at(-1);
  if (!last) return { name: { step, attempt: 1 }, isSaved: false };
  const place = joinPath(folder, stateName(last));
  const isSame = String(await store.read(joinPath(place, manifestFile))) === String(manifest);
  if (isSame && typeof (await readComplete(store, place)) !== 'string') return { name: last, isSaved: true };
  return { name: { step, attempt: last.attempt + 1 }, isSaved: false };
}

/** What is unfinished goes, and so do states of the future: the run was taken back to this step. */
async function removeOthers(store: FileStore, folder: string, current: StateName, keep: number): Promise<void> {
  const past = (await finishedNames(store, folder)).filter((name) => compareNames(name, current) < 0);
  const kept = new Set([current, ...past.slice(Math.max(0, past.length - keep + 1))].map(stateName));
  for (const name of (await allNames(store, folder)).map(stateName))
    if (!kept.has(name)) await removeState(store, joinPath(folder, name));
}

/** States whose manifest was written, oldest first. */
const finishedNames = (store: FileStore, folder: string) => namesBy(store, folder, ([, file]) => file === manifestFile);

/** All states, oldest first. */
const allNames = (store: FileStore, folder: string) => namesBy(store, folder, () => true);

async function namesBy(store: FileStore, folder: string, matches: (parts: string[]) => boolean): Promise<StateName[]> {
  const start = folder === '' ? 0 : folder.length + 1;
  const paths = (await store.list(folder)).map((path) => path.slice(start).split('/'));
  const names = new Set(paths.filter(matches).map(([name]) => name!));
  return [...names].flatMap((name) => parseName(name) ?? []).sort(compareNames);
}

async function pointedName(store: FileStore, folder: string): Promise<StateName | null> {
  const found = await readJson(store, joinPath(folder, pointer)).catch(() => ({ state: null }));
  return typeof found?.['state'] === 'string' ? parseName(found['state']) : null;
}

function checkProgress(progress: Progress): void {
  if (!Number.isSafeInteger(progress.step) || progress.step < 0)
    throw new RangeError(`saveTrainingState: progress.step must be a whole number from 0 on, found ${progress.step}`);
  JSON.stringify(progress, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new RangeError(`saveTrainingState: progress holds ${value} at ${key}, which JSON cannot store`);
    return value;
  });
}
