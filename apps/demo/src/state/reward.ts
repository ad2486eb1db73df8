import { signal } from '@preact/signals';
import type { LossCurves } from '../components/loss-chart.js';
import { onMessage } from './engine.js';
import { startJob } from './jobs.js';
import { preferences } from './judging.js';
import { whenOutdated } from './models.js';
import { followProgress } from './progress.js';

/** Pairs from which on the visitor's own are enough. */
export const ENOUGH = 1000;

/** Whether the world's pairs are added; null as long as the visitor leaves it to their number. */
export const worldChosen = signal<boolean | null>(null);
export const withWorld = (): boolean => worldChosen.value ?? preferences.value.length < ENOUGH;

export interface Pairs {
  yours: number;
  /** How often each of yours is taken. */
  repeated: number;
  world: number;
}

/** What the reward model learnt from. */
export const pairs = signal<Pairs | null>(null);
export const rewardCurves = signal<LossCurves | null>(null);
/** Share of held-out pairs in which the better answer gets the higher reward. */
export const accuracy = signal<number | null>(null);

export function trainReward(): void {
  rewardCurves.value = accuracy.value = null;
  startJob('learning what is liked', { type: 'reward', preferences: preferences.value, withWorld: withWorld() });
}

whenOutdated('reward', () => (rewardCurves.value = accuracy.value = pairs.value = null));

onMessage((message) => {
  if (message.type === 'pairs') pairs.value = message;
  if (message.type !== 'stage' || message.stage !== 'reward') return;
  const { training, heldOut } = rewardCurves.value ?? { training: [], heldOut: [] };
  for (const event of message.events) {
    if (event.type === 'step') training.push(event.loss);
    else if (event.type === 'evaluation') {
      heldOut.push({ step: event.step, loss: event.loss });
      accuracy.value = event.metrics['accuracy'] ?? null;
    }
    followProgress(event, false);
  }
  rewardCurves.value = { training, heldOut, guessing: Math.LN2 };
});
