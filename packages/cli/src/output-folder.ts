import { existsSync, rmdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Does work that writes below `folder`. Where it is refused before it wrote anything, no empty folders are left that were
 * not there before.
 *
 * @throws Error of one sentence where `folder` is a file or lies below one; what `work` throws
 */
export async function intoFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const missing = missingFolders(folder);
  try {
    return await work();
  } catch (error) {
    for (const path of missing) if (!removedIfEmpty(path)) break;
    throw error;
  }
}

/** `folder` and the folders above it that are to be made, the deepest first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = [];
  let path = folder;
  while (!existsSync(path)) {
    missing.push(path);
    if (dirname(path) === path) break;
    path = dirname(path);
  }
  if (existsSync(path) && !statSync(path).isDirectory())
    throw new Error(`${path} is a file, so that ${path === folder ? 'it' : folder} cannot be the folder of --out`);
  return missing;
}

function removedIfEmpty(path: string): boolean {
  try {
    rmdirSync(path);
  } catch {
    // it was never made, or something is in it
    return !existsSync(path);
  }
  return true;
}

/** @throws Error of one sentence where `folder` holds a model already that is not to be replaced */
export function checkFreeForModel(folder: string, overwrite = false): void {
  if (!overwrite && existsSync(join(folder, 'config.json')))
    throw new Error(`${folder} holds a model or a run already: --overwrite replaces it`);
}
