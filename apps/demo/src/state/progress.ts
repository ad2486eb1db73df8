import { computed, signal } from '@preact/signals';
import type { StageEvent, TrainingEvent } from '../engine/protocol.js';
import { send } from './engine.js';

export type RunState = 'idle' | 'preparing' | 'running' | 'paused' | 'done' | 'stopped' | 'failed';

/** What the engine is at, whichever stage of the recipe that is. */
export interface Progress {
  state: RunState;
  /** Such as `teaching it to answer`. */
  doing: string;
  /** What is counted. */
  unit: 'step' | 'answer';
  step: number;
  steps: number;
  /** Of what the loss is a mean over; null where that is not tokens. */
  tokensPerSecond: number | null;
  secondsLeft: number | null;
}

/** Before anything was asked for. */
export const nothing: Progress = {
  state: 'idle',
  doing: '',
  unit: 'step',
  step: 0,
  steps: 0,
  tokensPerSecond: null,
  secondsLeft: null,
};
export const progress = signal(nothing);
export const isBusy = computed(() => ['preparing', 'running', 'paused'].includes(progress.value.state));

export const pause = (): void => send({ type: 'pause' });
export const proceed = (): void => send({ type: 'continue' });
export const stop = (): void => send({ type: 'stop' });

let stepMilliseconds = 0;

/** A stage was asked for and prepares. */
export function begin(doing: string): void {
  stepMilliseconds = 0;
  progress.value = { ...nothing, state: 'preparing', doing };
}

export function end(state: 'done' | 'stopped' | 'failed'): void {
  progress.value = { ...progress.value, state, secondsLeft: null };
}

const change = (found: Partial<Progress>) => (progress.value = { ...progress.value, ...found });

/** Takes in what a training loop tells. @param countsTokens whether its weights are tokens */
export function followProgress(event: StageEvent | TrainingEvent, countsTokens = true): void {
  if (event.type === 'start') change({ step: event.step, steps: event.steps });
  else if (event.type === 'step') {
    stepMilliseconds = stepMilliseconds ? 0.9 * stepMilliseconds + 0.1 * event.milliseconds : event.milliseconds;
    change({
      state: 'running',
      step: event.step,
      tokensPerSecond: countsTokens ? (1000 * event.weight) / stepMilliseconds : null,
      secondsLeft: ((progress.value.steps - event.step) * stepMilliseconds) / 1000,
    });
  } else if (event.type === 'continued') change({ state: 'running' });
  else if (event.type === 'paused') change({ state: 'paused' });
}

/** Takes in how many of many questions are answered. */
export function followAnswering({ done, of }: { done: number; of: number }): void {
  const doing = 'answering questions';
  change({ state: 'running', doing, unit: 'answer', step: done, steps: of, tokensPerSecond: null, secondsLeft: null });
}
