import { computed, effect, signal } from '@preact/signals';
import type { Comparison, PreferenceRow, Verdict } from '../engine/protocol.js';
import { onMessage } from './engine.js';
import { startJob } from './jobs.js';
import { whenOutdated } from './models.js';

export interface Judgement extends Comparison {
  verdict: Verdict;
  /** Who judged. */
  by: 'you' | 'rule';
}

const KEY = 'ashlar.judgements';

/** What waits for a verdict, the next one first. */
export const comparisons = signal<Comparison[]>([]);
/** Kept in this browser: a person's judgements are not to be lost by a reload. */
export const judgements = signal<Judgement[]>(JSON.parse(localStorage.getItem(KEY) ?? '[]') as Judgement[]);
effect(() => localStorage.setItem(KEY, JSON.stringify(judgements.value)));

/** What the verdicts teach: ties say that nothing is better, so they are left out. */
export const preferences = computed(() => judgements.value.flatMap(toPreference));
export const ties = computed(() => judgements.value.length - preferences.value.length);
export const canUndo = computed(() => judgements.value.some(({ by }) => by === 'you'));

/** @param ruled whether the world's rule judges at once */
export function compareAnswers(count: number, ruled: boolean): void {
  const seed = judgements.value.length + comparisons.value.length;
  startJob('answering', { type: 'compare', count, seed, ruled });
}

export function judge(verdict: Verdict): void {
  const [current, ...rest] = comparisons.value;
  if (!current) return;
  judgements.value = [...judgements.value, { ...current, verdict, by: 'you' }];
  comparisons.value = rest;
}

/** Takes the last verdict of the person back. */
export function undo(): void {
  const last = judgements.value.filter(({ by }) => by === 'you').at(-1);
  if (!last) return;
  const { prompt, left, right } = last;
  judgements.value = judgements.value.filter((one) => one !== last);
  comparisons.value = [{ prompt, left, right }, ...comparisons.value];
}

export function forgetJudgements(): void {
  comparisons.value = [];
  judgements.value = [];
}

// answers of a model that is gone are not to be judged any more; verdicts stay true
whenOutdated('reward', () => (comparisons.value = []));

onMessage((message) => {
  if (message.type !== 'compared') return;
  const { comparisons: found, verdicts } = message;
  if (verdicts)
    judgements.value = [
      ...judgements.value,
      ...found.map((one, i): Judgement => ({ ...one, verdict: verdicts[i]!, by: 'rule' })),
    ];
  else comparisons.value = [...comparisons.value, ...found];
});

function toPreference({ prompt, left, right, verdict }: Judgement): PreferenceRow[] {
  if (verdict === 'tie') return [];
  const [chosen, rejected] = verdict === 'left' ? [left, right] : [right, left];
  const turn = (role: string, content: string) => [{ role, content }];
  return [{ prompt: turn('user', prompt), chosen: turn('assistant', chosen), rejected: turn('assistant', rejected) }];
}
