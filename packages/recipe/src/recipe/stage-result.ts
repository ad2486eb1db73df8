import { joinPath, type FileStore } from '@ashlar/checkpoint';
import type { StageName } from './stage-names.js';

/** What a stage did, kept in its folder as `stage.json` once it is finished. */
export interface StageResult {
  stage: StageName;
  /** Rows, windows of text or answers that were learnt from, each time anew. */
  examples: number;
  /** Of them. */
  tokens: number;
  /** Values that were trained. */
  parameters: number;
  /** Operations in all. */
  flops: number;
  seconds: number;
  /** In a few words. */
  gained: string;
  /** What was measured on the way, by name. */
  measures: Record<string, number>;
}

const FILE = 'stage.json';

/** The result of a finished stage; null for one that is not. */
export async function readResult(store: FileStore, stage: StageName): Promise<StageResult | null> {
  const bytes = await store.read(joinPath(stage, FILE));
  return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as StageResult);
}

/** Says that a stage is finished. */
export async function writeResult(store: FileStore, result: StageResult): Promise<void> {
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await store.write(joinPath(result.stage, FILE), new TextEncoder().encode(text));
}
