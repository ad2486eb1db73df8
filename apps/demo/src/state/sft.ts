import { effect, signal } from '@preact/signals';
import type { LossCurves } from '../components/loss-chart.js';
import type { MaskedToken } from '../engine/protocol.js';
import { onMessage, send } from './engine.js';
import { startJob } from './jobs.js';
import { models, whenOutdated } from './models.js';
import { followProgress } from './progress.js';

/** Questions with answers, cut into tokens. */
export const examples = signal<MaskedToken[][]>([]);
export const sftCurves = signal<LossCurves | null>(null);

export function teach(): void {
  sftCurves.value = null;
  startJob('teaching it to answer', { type: 'sft' });
}

// the tokens are those of the model that is to be taught
effect(() => {
  if (models.value.pretrain) send({ type: 'examples' });
});

whenOutdated('sft', () => (sftCurves.value = null));

onMessage((message) => {
  if (message.type === 'examples') examples.value = message.examples;
  if (message.type !== 'stage' || message.stage !== 'sft') return;
  const { training, heldOut } = sftCurves.value ?? { training: [], heldOut: [] };
  for (const event of message.events) {
    if (event.type === 'step') training.push(event.loss);
    else if (event.type === 'evaluation') heldOut.push({ step: event.step, loss: event.loss });
    followProgress(event);
  }
  sftCurves.value = { training, heldOut };
});
