import type { ExistingRun } from '@ashlar/trainer';

/** What a command that keeps a run is told about the folder. */
export interface RunFlags {
  out: string;
  resume?: boolean;
  overwrite?: boolean;
}

/**
 * What to do with the run that `out` may hold.
 *
 * @throws Error of one sentence where flags and folder do not go together
 */
export function existingRun({ out, resume, overwrite }: RunFlags, exists: boolean): ExistingRun {
  if (resume && overwrite) throw new Error('--resume and --overwrite exclude each other');
  if (resume && !exists) throw new Error(`${out} holds no run to resume: leave --resume out to begin one`);
  if (exists && !resume && !overwrite)
    throw new Error(`${out} holds a run already: --resume continues it, --overwrite replaces it`);
  return resume ? 'resume' : overwrite ? 'overwrite' : 'refuse';
}
