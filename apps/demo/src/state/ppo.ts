import { signal } from '@preact/signals';
import type { RewardCurves } from '../components/reward-chart.js';
import type { StageMessage } from '../engine/protocol.js';
import { onMessage } from './engine.js';
import { startJob } from './jobs.js';
import { whenOutdated } from './models.js';
import { followProgress } from './progress.js';

type RolloutEvent = Extract<Extract<StageMessage, { stage: 'ppo' }>['events'][number], { type: 'rollout' }>;

/** An answer that PPO learnt from. */
export interface Rollout {
  prompt: string;
  answer: string;
  score: number;
  kl: number;
}

const SHOWN = 4;

export const ppoCurves = signal<RewardCurves | null>(null);
/** Some answers of each iteration, from the first on. */
export const rollouts = signal<Rollout[][]>([]);

export function practise(): void {
  ppoCurves.value = null;
  rollouts.value = [];
  startJob('practising', { type: 'ppo' });
}

whenOutdated('ppo', () => {
  ppoCurves.value = null;
  rollouts.value = [];
});

onMessage((message) => {
  if (message.type !== 'stage' || message.stage !== 'ppo') return;
  const { scores, kl } = ppoCurves.value ?? { scores: [], kl: [] };
  const found: Rollout[][] = [];
  for (const event of message.events) {
    if (event.type === 'step') {
      scores.push(event.metrics['objective/scores']!);
      kl.push(event.metrics['objective/kl']!);
    }
    if (event.type === 'rollout') found.push(someOf(event));
    followProgress(event, false);
  }
  ppoCurves.value = { scores, kl };
  rollouts.value = [...rollouts.value, ...found];
});

function someOf({ samples, scores, kl }: RolloutEvent): Rollout[] {
  return samples.slice(0, SHOWN).map(({ promptText = '', completionText = '' }, i) => ({
    prompt: promptText,
    answer: completionText,
    score: scores[i]!,
    kl: kl[i]!,
  }));
}
