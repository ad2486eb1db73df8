import { statfs } from 'node:fs/promises';

/** Float32 values kept for each parameter: two states with two moments each while one replaces the other, two models. */
const VALUES_PER_PARAMETER = 2 * 3 + 2;

/**
 * Makes sure that a run fits on the disk before it begins.
 *
 * @param folder one that exists
 * @throws Error of one sentence with both sizes
 */
export async function checkRoom(folder: string, parameters: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const [room, need] = [bavail * bsize, 4 * VALUES_PER_PARAMETER * parameters];
  if (room < need)
    throw new Error(
      `${folder} has room for ${megabytes(room)} MB, and a run of this model needs ${megabytes(need)} MB`,
    );
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
