import { expect, it } from 'vitest';
import { temporaryFolder } from '../test/captured.js';
import { checkRoom } from './room.js';

it('asks for the room that a run takes, before it begins', async () => {
  const folder = temporaryFolder();
  await checkRoom(folder, 1000);
  await expect(checkRoom(folder, 1e15)).rejects.toThrow(
    /has room for [\d.]+ MB, and a run of this model needs 32000000000\.0 MB$/,
  );
});
