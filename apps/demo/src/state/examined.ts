import { signal } from '@preact/signals';
import { chatStages, stagesAfter, type ChatStage } from '../engine/model-stages.js';
import type { Examined } from '../engine/protocol.js';
import { onMessage } from './engine.js';

/** How the model of each stage answers the same held-out questions. */
export const examined = signal<Partial<Record<ChatStage, Examined>>>({});

onMessage((message) => {
  if (message.type === 'examined') examined.value = { ...examined.value, [message.stage]: message.examined };
  if (message.type !== 'model') return;
  const outdated: readonly string[] = [message.stage, ...stagesAfter(message.stage)];
  const kept = chatStages.filter((stage) => !outdated.includes(stage) && examined.value[stage]);
  examined.value = Object.fromEntries(kept.map((stage) => [stage, examined.value[stage]]));
});
