import { signal } from '@preact/signals';
import type { BackendName } from '../engine/backends.js';
import { modelStages, stagesAfter, type ModelStage } from '../engine/model-stages.js';
import type { ModelFiles } from '../engine/protocol.js';
import { chooseBackend, onMessage, send } from './engine.js';

/** The model that each stage left: a Hugging Face folder. */
export const models = signal<Partial<Record<ModelStage, ModelFiles>>>({});

/** Calls `forget` when a stage before `stage` leaves another model: what was made from the old one is out of date. */
export function whenOutdated(stage: ModelStage, forget: () => void): void {
  onMessage((message) => {
    if (message.type === 'model' && stagesAfter(message.stage).includes(stage)) forget();
  });
}

onMessage((message) => {
  if (message.type !== 'model') return;
  const kept = Object.entries(models.value).filter(
    ([stage]) => !stagesAfter(message.stage).includes(stage as ModelStage),
  );
  models.value = { ...Object.fromEntries(kept), [message.stage]: message.files };
});

/** A new worker knows no models: it gets those that there are. */
export async function switchBackend(name: BackendName): Promise<void> {
  await chooseBackend(name);
  sendModels(models.value);
}

/** Gives the worker models, in the order in which they were made. */
export function sendModels(given: Partial<Record<ModelStage, ModelFiles>>): void {
  for (const stage of modelStages) {
    const files = given[stage];
    if (files) send({ type: 'load', stage, files });
  }
}
