import type { Signal } from '@preact/signals';
import { Step } from '../components/step.js';
import { backend } from '../state/engine.js';
import { downloadModel } from '../state/download.js';
import { isBusy } from '../state/progress.js';
import { models } from '../state/models.js';
import {
  continued,
  interrupt,
  isWriting,
  maxNewTokens,
  prompt,
  temperature,
  topK,
  write,
  writingProblem,
  written,
} from '../state/writing.js';

export function GenerateStep() {
  const model = models.value.pretrain;
  const ready = model !== undefined && backend.value !== null && !isBusy.value;
  return (
    <Step
      number={4}
      id="generate"
      title="Let it write"
      about="The model gives each token a probability, one is drawn, and so on. A low temperature keeps to the likely, a high one dares more. The fainter a token, the less likely the model found it."
    >
      {!ready && (
        <p class="note">
          {isBusy.value ? 'Wait for training to end, or stop it: then it can write.' : 'Train a model first.'}
        </p>
      )}
      <label class="field">
        <span>Begin with (may be empty)</span>
        <input
          type="text"
          data-testid="prompt"
          value={prompt.value}
          onInput={(event) => (prompt.value = event.currentTarget.value)}
        />
      </label>
      <div class="columns">
        <Slider label="Temperature" value={temperature} min={0} max={1.5} step={0.05} />
        <Slider label="Draw among the most likely" value={topK} min={1} max={100} step={1} />
        <Slider label="Tokens to write" value={maxNewTokens} min={20} max={1000} step={20} />
      </div>
      <div class="row">
        <button
          class="button primary"
          type="button"
          data-testid="write"
          disabled={!ready || isWriting.value}
          onClick={write}
        >
          Write
        </button>
        <button class="button" type="button" disabled={!isWriting.value} onClick={interrupt}>
          Stop
        </button>
        <button class="button" type="button" disabled={model === undefined} onClick={() => downloadModel(model!)}>
          Save the model (a Hugging Face folder)
        </button>
      </div>
      {writingProblem.value && (
        <p class="problem" role="alert">
          {writingProblem.value}
        </p>
      )}
      {(written.value.length > 0 || isWriting.value) && (
        <pre class="sample" data-testid="written" aria-busy={isWriting.value}>
          <span class="prompt">{continued.value}</span>
          {written.value.map(({ text, logProb }, i) => (
            <span
              key={i}
              style={{ opacity: 0.45 + 0.55 * Math.exp(logProb) }}
              title={`${(100 * Math.exp(logProb)).toFixed(1)} %`}
            >
              {text}
            </span>
          ))}
        </pre>
      )}
    </Step>
  );
}

function Slider(props: { label: string; value: Signal<number>; min: number; max: number; step: number }) {
  return (
    <label class="field">
      <span>
        {props.label}: {props.value.value}
      </span>
      <input
        type="range"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value.value}
        onInput={(event) => (props.value.value = event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
