import { signal } from '@preact/signals';
import { modelStages, stagesAfter, type ModelStage } from '../engine/model-stages.js';
import { decompress } from '../engine/compress.js';
import { unpackWeights } from '../engine/packed-weights.js';
import { sha256, type PreparedResults } from '../engine/prepared.js';
import type { ModelFiles } from '../engine/protocol.js';
import { onMessage, tell } from './engine.js';
import { sendModels } from './models.js';
import { nothing, progress } from './progress.js';

/** Stages that show what was computed beforehand. */
export const isPrepared = signal<readonly ModelStage[]>([]);
/** What was loaded. */
export const prepared = signal<PreparedResults | null>(null);
export const isLoading = signal(false);
export const loadingProblem = signal('');

let replaying = false;

/** Shows every step as it was computed beforehand, and gives the worker the models of it. */
export async function loadPrepared(): Promise<void> {
  isLoading.value = true;
  loadingProblem.value = '';
  try {
    const results = JSON.parse(new TextDecoder().decode(await decompress(await get('results')))) as PreparedResults;
    const loaded = await Promise.all(modelStages.map(async (stage) => [stage, await modelOf(stage, results)] as const));
    replay(results, Object.fromEntries(loaded) as Record<ModelStage, ModelFiles>);
  } catch (error) {
    loadingProblem.value = `The prepared results could not be loaded: ${(error as Error).message}.`;
  } finally {
    isLoading.value = false;
  }
}

/** The page learns of prepared results as of its own: from what the worker told. */
function replay(results: PreparedResults, loaded: Record<ModelStage, ModelFiles>): void {
  sendModels(loaded);
  replaying = true;
  for (const stage of modelStages) tell({ type: 'model', stage, files: loaded[stage] });
  results.messages.forEach(tell);
  replaying = false;
  progress.value = nothing;
  prepared.value = results;
  isPrepared.value = modelStages;
}

async function modelOf(stage: ModelStage, { models: described }: PreparedResults): Promise<ModelFiles> {
  const packed = await get(stage);
  const { sha256: expected, texts } = described[stage];
  if ((await sha256(packed)) !== expected) throw new Error(`${stage}.bin is damaged`);
  const encoder = new TextEncoder();
  const files: ModelFiles = { 'model.safetensors': await unpackWeights(packed) };
  for (const [name, content] of Object.entries(texts)) files[name] = encoder.encode(content);
  return files;
}

async function get(name: string): Promise<Uint8Array> {
  const response = await fetch(`prepared/${name}.bin`);
  if (!response.ok) throw new Error(`${name}.bin is not there`);
  return new Uint8Array(await response.arrayBuffer());
}

// what is computed in the tab replaces a step from its first event on, and the steps after it with its model
onMessage((message) => {
  if (replaying) return;
  if (message.type === 'training') keepBut(['pretrain']);
  else if (message.type === 'stage') keepBut([message.stage]);
  else if (message.type === 'model') keepBut([message.stage, ...stagesAfter(message.stage)]);
});

function keepBut(own: readonly ModelStage[]): void {
  isPrepared.value = isPrepared.value.filter((stage) => !own.includes(stage));
}
