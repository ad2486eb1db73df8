import { joinPath, type FileStore, type JsonObject } from '@ashlar/checkpoint';
import type { SupervisedRow } from '@ashlar/data';
import { Run, type ExistingRun, type PauseSwitch } from '@ashlar/trainer';

/** What every stage takes. */
export interface StageOptions {
  /** Where the run is kept. @default nothing is kept */
  store?: FileStore;
  /** @default the store's root */
  folder?: string;
  /** What to do with a run that the folder holds. @default 'refuse' */
  existing?: ExistingRun;
  /** Ends the stage after the step it is at; its state is saved. */
  signal?: AbortSignal;
  pause?: PauseSwitch;
}

/** What a stage passes on to `train`. */
export function toTraining({ signal, pause }: StageOptions, run: Run | undefined) {
  return { ...(run && { run }), ...(signal && { signal }), ...(pause && { pause }) };
}

/** The run of a stage; `config` is all that shapes its result. */
export async function openRun(options: StageOptions, config: JsonObject): Promise<Run | undefined> {
  const { store, folder = '', existing = 'refuse' } = options;
  return store && Run.open(store, folder, { config, existing });
}

/** Writes JSON below a stage's folder, if it is kept. */
export async function writeJson({ store, folder = '' }: StageOptions, name: string, value: unknown): Promise<void> {
  await store?.write(joinPath(folder, name), new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

/** Rows to learn from, and rows at their end that are held out; none where `given` says which. */
export function splitRows<Row = SupervisedRow>(
  rows: readonly Row[],
  heldOut: number,
  given?: readonly Row[],
): { training: readonly Row[]; heldOut: readonly Row[] } {
  if (given) return { training: rows, heldOut: given };
  const cut = rows.length - Math.max(1, Math.round(rows.length * heldOut));
  if (cut < 1)
    throw new RangeError(`${rows.length} ${rows.length === 1 ? 'row is' : 'rows are'} too few: some must be held out`);
  return { training: rows.slice(0, cut), heldOut: rows.slice(cut) };
}
