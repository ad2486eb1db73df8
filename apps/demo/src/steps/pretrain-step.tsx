import { useState } from 'preact/hooks';
import { presets } from '@ashlar/recipe';
import { Facts } from '../components/facts.js';
import { LossChart } from '../components/loss-chart.js';
import { MemoryNote } from '../components/memory-note.js';
import { PreparedNote } from '../components/prepared-note.js';
import { Problem } from '../components/problem.js';
import { Step } from '../components/step.js';
import { backend } from '../state/engine.js';
import { isTooLarge } from '../state/memory.js';
import { isBusy, progress } from '../state/progress.js';
import {
  chooseSize,
  config,
  curves,
  evaluation,
  numParameters,
  samples,
  seed,
  size,
  start,
  steps,
  type Size,
} from '../state/run.js';
import { text } from '../state/text.js';

export function PretrainStep() {
  const { training, model } = config.value;
  return (
    <Step
      number={3}
      id="pretrain"
      title="Train a small GPT"
      about="Step by step the model guesses the next token of pieces of your text, and every weight is moved a little so that the guess becomes better. The loss is how surprised it is; the held-out loss is how surprised it is by text it has never seen."
    >
      <div class="columns">
        <label class="field">
          <span>Size</span>
          <select
            data-testid="preset"
            value={size.value}
            disabled={isBusy.value}
            onChange={(event) => chooseSize(event.currentTarget.value as Size)}
          >
            <option value="recipe">recipe: learns to answer later; minutes</option>
            {Object.entries(presets).map(([name, { description }]) => (
              <option key={name} value={name}>
                {name}: {description}
              </option>
            ))}
          </select>
        </label>
        <NumberField
          label="Steps"
          testId="steps"
          value={steps.value}
          min={1}
          onChange={(value) => (steps.value = value)}
        />
        <NumberField
          label="Seed (the same seed gives the same model)"
          testId="seed"
          value={seed.value}
          min={0}
          onChange={(value) => (seed.value = value)}
        />
      </div>
      <MemoryNote />
      <div class="row">
        <button
          class="button primary"
          type="button"
          data-testid="train"
          disabled={isBusy.value || !backend.value || text.value === '' || isTooLarge.value}
          onClick={start}
        >
          {progress.value.state === 'preparing' && progress.value.doing === 'training' ? 'Preparing…' : 'Train'}
        </button>
        <span class="note">
          {model.numLayers} layers of {model.hiddenSize}, {model.numHeads} heads, looks back {model.contextLength}{' '}
          tokens, {training.batchSize} pieces a step
        </span>
      </div>
      <Problem of="pretrain" />
      <PreparedNote stage="pretrain" />
      {curves.value && (
        <div class="columns wide-left">
          <LossChart curves={curves.value} />
          <Samples />
        </div>
      )}
      {evaluation.value && (
        <Facts
          facts={{
            parameters: numParameters.value,
            'held-out loss': evaluation.value.loss.toFixed(3),
            perplexity: evaluation.value.perplexity.toFixed(2),
            ...(evaluation.value.bitsPerByte !== null && { 'bits per byte': evaluation.value.bitsPerByte.toFixed(3) }),
          }}
        />
      )}
      <p class="visually-hidden" role="status">
        {announcement()}
      </p>
    </Step>
  );
}

/** What the model writes, from its first stammering on; a slider goes back in time. */
function Samples() {
  const all = samples.value;
  const [chosen, choose] = useState<number | null>(null);
  const index = Math.min(chosen ?? all.length - 1, all.length - 1);
  const shown = all[index];
  return (
    <div class="stack">
      <h3>What it writes {shown && `after ${shown.step} steps`}</h3>
      <pre class="sample" data-testid="training-sample">
        {shown?.text ?? 'The first sample is on its way.'}
      </pre>
      {all.length > 1 && (
        <label class="field">
          <span>Go back in time</span>
          <input
            type="range"
            min={0}
            max={all.length - 1}
            value={index}
            onInput={({ currentTarget: { valueAsNumber } }) =>
              choose(valueAsNumber === all.length - 1 ? null : valueAsNumber)
            }
          />
        </label>
      )}
    </div>
  );
}

function NumberField(props: {
  label: string;
  testId: string;
  value: number;
  min: number;
  onChange: (value: number) => void;
}) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        type="number"
        data-testid={props.testId}
        min={props.min}
        step={1}
        value={props.value}
        disabled={isBusy.value}
        onChange={({ currentTarget }) => {
          const value = Math.round(currentTarget.valueAsNumber);
          if (value >= props.min) props.onChange(value);
          else currentTarget.value = String(props.value);
        }}
      />
    </label>
  );
}

/** For a screen reader: a sentence at each evaluation, never one a step. */
function announcement(): string {
  const last = curves.value?.heldOut.at(-1);
  return last ? `Step ${last.step}: held-out loss ${last.loss.toFixed(2)}.` : '';
}
