import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const temporaryName = /^\..+\.(\d+)\.[0-9a-f]{8}\.tmp$/;

/** Whether a name is that of an unfinished `writeDurably` or `removeWhole`. */
export const isTemporary = (name: string): boolean => temporaryName.test(name);

/** A name beside `path` that tells whose it is. */
const temporaryBeside = (path: string) =>
  join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);

/**
 * Replaces a file so that after a crash or a power cut it holds the old bytes or the new ones: they go to a temporary
 * name in the same folder, are flushed, and take the file's name in one step. On failure the temporary file is removed.
 */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const temporary = temporaryBeside(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Removes a file, or a folder in one step: it takes a temporary name before it is emptied. */
export async function removeWhole(path: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await rename(path, temporary);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    throw error;
  }
  await rm(temporary, { recursive: true });
}

/** Makes a folder and those above it, durably. Node's recursive `mkdir` never returns for a new folder in /proc. */
export async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  await makeFolder(dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    // another writer may have been faster
    if (!(await isFolder(folder))) throw error;
  }
  await syncFolder(dirname(folder));
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() === true;

/** Makes renames in a folder durable. Windows cannot open folders and needs no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what dead processes left under temporary names in a folder; what living ones work on stays. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(temporaryName.exec(name)?.[1]);
    if (!pid) continue;
    const path = join(folder, name);
    if (pid === process.pid ? await isOlderThanProcess(path) : !isAlive(pid))
      await rm(path, { recursive: true, force: true });
  }
}

/** In a container the process that died often had our own number. */
async function isOlderThanProcess(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && found.mtimeMs < performance.timeOrigin;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
