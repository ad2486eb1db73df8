import { computed, signal } from '@preact/signals';
import { pretrainConfig, presets, type PresetName, type PretrainConfig } from '@ashlar/recipe';
import type { LossCurves } from '../components/loss-chart.js';
import type { TrainingEvent } from '../engine/protocol.js';
import { onMessage } from './engine.js';
import { startJob } from './jobs.js';
import { followProgress } from './progress.js';
import { settings } from './settings.js';
import { text } from './text.js';
import { tokenizer } from './tokens.js';

export interface Sample {
  step: number;
  text: string;
}

export interface Evaluation {
  loss: number;
  perplexity: number;
  bitsPerByte: number | null;
}

/** The recipe's own size, or another one. */
export type Size = 'recipe' | PresetName;

export const size = signal<Size>('recipe');
export const steps = signal(settings.pretrain.training.steps);
export const seed = signal(settings.seed);

export const curves = signal<LossCurves | null>(null);
export const samples = signal<Sample[]>([]);
/** The last look at the held-out text. */
export const evaluation = signal<Evaluation | null>(null);
export const numParameters = signal(0);

/** The settings of the next run. */
export const config = computed((): PretrainConfig => {
  const training = { steps: steps.value, evaluateEvery: Math.max(1, Math.round(steps.value / 10)) };
  const common = { seed: seed.value, tokenizer: tokenizer.value };
  if (size.value !== 'recipe')
    return pretrainConfig(size.value, { ...common, training, samples: { maxNewTokens: 160 } });
  const { model, pretrain } = settings;
  return { ...common, model, ...pretrain, training: { ...pretrain.training, ...training } };
});

export function chooseSize(chosen: Size): void {
  size.value = chosen;
  const { training } = chosen === 'recipe' ? settings.pretrain : presets[chosen].config;
  steps.value = training.steps;
}

export function start(): void {
  samples.value = [];
  curves.value = null;
  evaluation.value = null;
  startJob('training', { type: 'pretrain', text: text.value, config: config.value });
}

onMessage((message) => {
  if (message.type !== 'training') return;
  message.events.forEach(follow);
  // the same arrays, a new object: what shows them is drawn again
  if (curves.value) curves.value = { ...curves.value };
});

/** Losses are appended, so that a long run does not copy its whole history for each message. */
function follow(event: TrainingEvent): void {
  if (event.type === 'model') {
    numParameters.value = event.parameters;
    curves.value = { training: [], heldOut: [], guessing: Math.log(event.config.vocabSize) };
  } else if (event.type === 'step') {
    curves.value!.training.push(event.loss);
    followProgress(event);
  } else if (event.type === 'evaluation') {
    const { step, loss, perplexity, bitsPerByte } = event;
    curves.value!.heldOut.push({ step, loss });
    evaluation.value = { loss, perplexity, bitsPerByte };
  } else if (event.type === 'sample') {
    samples.value = [...samples.value, { step: event.step, text: event.samples[0]!.text }];
  } else followProgress(event);
}
