import { computed, effect, signal } from '@preact/signals';
import type { MemoryNeeds } from '@ashlar/recipe';
import { backend, onMessage, send } from './engine.js';
import { isBusy } from './progress.js';
import { config } from './run.js';
import { tokenized } from './tokens.js';

/** What the training that is chosen would take; null while that is not known. */
export const memory = signal<MemoryNeeds | null>(null);
export const isTooLarge = computed(() => memory.value?.room != null && memory.value.needs > memory.value.room);

let asked = 0;

// the worker is not asked while it computes
effect(() => {
  const { value: tokens } = tokenized;
  if (!backend.value || !tokens || isBusy.value) return;
  send({ type: 'weigh', id: ++asked, config: config.value, vocabSize: tokens.vocabSize });
});

onMessage((message) => {
  if (message.type === 'weighed' && message.id === asked) memory.value = message.memory;
});
