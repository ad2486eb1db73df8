import { signal } from '@preact/signals';
import { chatStages, stagesAfter, type ChatStage, type ModelStage } from '../engine/model-stages.js';
import type { Examined } from '../engine/protocol.js';
import { onMessage } from './engine.js';

/** How the model of each stage answers the same held-out questions. */
export const examined = signal<Partial<Record<ChatStage, Examined>>>({});

onMessage((message) => {
  if (message.type === 'examined') examined.value = { ...examined.value, [message.stage]: message.examined };
  else if (message.type === 'stage') forget([message.stage]);
  else if (message.type === 'model') forget([message.stage, ...stagesAfter(message.stage)]);
});

/** A model that is made anew is examined anew. */
function forget(outdated: readonly ModelStage[]): void {
  if (!chatStages.some((stage) => outdated.includes(stage) && examined.value[stage])) return;
  const kept = chatStages.filter((stage) => !outdated.includes(stage) && examined.value[stage]);
  examined.value = Object.fromEntries(kept.map((stage) => [stage, examined.value[stage]]));
}
