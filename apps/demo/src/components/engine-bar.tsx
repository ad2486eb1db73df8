import { backendLabels, type BackendName } from '../engine/backends.js';
import { backend, backends, engineProblem } from '../state/engine.js';
import { isBusy, pause, proceed, progress, stop, type RunState } from '../state/progress.js';
import { switchBackend } from '../state/models.js';
import { outsideRequests } from '../state/outside-requests.js';

/** What the machine is doing, on what, and how to stop it. */
export function EngineBar() {
  const { state, doing, unit, step, steps, tokensPerSecond, secondsLeft } = progress.value;
  return (
    <div class="engine-bar" role="region" aria-label="Engine" data-testid="engine" data-state={state}>
      <label class="row">
        <span>Compute with</span>
        <select
          data-testid="backend"
          value={backend.value ?? ''}
          disabled={isBusy.value}
          onChange={(event) => void switchBackend(event.currentTarget.value as BackendName)}
        >
          {backends.value.map((name) => (
            <option key={name} value={name}>
              {backendLabels[name]}
            </option>
          ))}
        </select>
      </label>
      {state === 'running' && unit === 'step' && (
        <button class="button" type="button" data-testid="pause" onClick={pause}>
          Pause
        </button>
      )}
      {state === 'paused' && (
        <button class="button primary" type="button" data-testid="resume" onClick={proceed}>
          Continue
        </button>
      )}
      {(state === 'running' || state === 'paused') && (
        <button class="button" type="button" data-testid="stop" onClick={stop}>
          Stop
        </button>
      )}
      <span data-testid="state">
        {backend.value === null && !engineProblem.value ? 'starting' : (stateNames[state] ?? doing)}
      </span>
      {steps > 0 && (
        <>
          <progress value={step} max={steps} aria-label="Progress" />
          <span class="figure">
            {unit} {step} of {steps}
          </span>
          {tokensPerSecond !== null && (
            <span class="figure">{Math.round(tokensPerSecond).toLocaleString('en')} tokens/s</span>
          )}
          {state === 'running' && secondsLeft !== null && (
            <span class="figure">about {duration(secondsLeft)} left</span>
          )}
        </>
      )}
      <span class="spacer" />
      {engineProblem.value && <span class="problem">{engineProblem.value}</span>}
      <span class="note" title="The page's security policy forbids them: your text cannot leave this tab.">
        {outsideRequests.value} requests to other servers
      </span>
    </div>
  );
}

/** While it runs, what is done is said instead. */
const stateNames: Partial<Record<RunState, string>> = {
  idle: 'ready',
  preparing: 'preparing',
  paused: 'paused',
  done: 'done',
  stopped: 'stopped',
  failed: 'failed',
};

const duration = (seconds: number) => (seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`);
