import { computed, signal } from '@preact/signals';
import { pretrainConfig, type PresetName } from '@ashlar/recipe';
import type { LossCurves } from '../components/loss-chart.js';
import type { ModelFiles, TrainingEvent } from '../engine/protocol.js';
import type { BackendName } from '../engine/backends.js';
import { chooseBackend, onMessage, send } from './engine.js';
import { begin, end, followProgress } from './progress.js';
import { text } from './text.js';
import { tokenizer } from './tokens.js';

export interface Sample {
  step: number;
  text: string;
}

export const preset = signal<PresetName>('tiny');
export const steps = signal(600);
export const seed = signal(1337);

export const curves = signal<LossCurves | null>(null);
export const samples = signal<Sample[]>([]);
/** The last look at the held-out text. */
export const evaluation = signal<{ loss: number; perplexity: number; bitsPerByte: number | null } | null>(null);
export const numParameters = signal(0);
export const runProblem = signal('');
/** The trained model: a Hugging Face folder. */
export const model = signal<ModelFiles | null>(null);

/** The settings of the next run. */
export const config = computed(() =>
  pretrainConfig(preset.value, {
    seed: seed.value,
    tokenizer: tokenizer.value,
    training: { steps: steps.value, evaluateEvery: Math.max(1, Math.round(steps.value / 10)) },
    samples: { maxNewTokens: 160 },
  }),
);

export function start(): void {
  runProblem.value = '';
  samples.value = [];
  curves.value = null;
  evaluation.value = null;
  begin('training');
  send({ type: 'pretrain', text: text.value, config: config.value });
}

/** A new worker knows no model: it gets the trained one. */
export async function switchBackend(name: BackendName): Promise<void> {
  await chooseBackend(name);
  if (model.value) send({ type: 'load', files: model.value });
}

onMessage((message) => {
  if (message.type === 'training') {
    message.events.forEach(follow);
    // the same arrays, a new object: what shows them is drawn again
    if (curves.value) curves.value = { ...curves.value };
  }
  if (message.type === 'model') model.value = message.files;
  else if (message.type === 'failed' && message.during === 'pretrain') {
    runProblem.value = message.sentence;
    end('failed');
  }
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
    curves.value!.heldOut.push({ step: event.step, loss: event.loss });
    evaluation.value = event;
  } else if (event.type === 'sample') {
    samples.value = [...samples.value, { step: event.step, text: event.samples[0]!.text }];
  } else if (event.type === 'stopped' || event.type === 'done') end(event.type);
  else if (event.type !== 'tokens' && event.type !== 'tokenizer-start') followProgress(event);
}
