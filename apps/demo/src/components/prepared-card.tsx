import { isLoading, isPrepared, loadingProblem, loadPrepared, prepared } from '../state/prepared.js';
import { isBusy } from '../state/progress.js';
import { backend } from '../state/engine.js';

/** For the hurried visitor: every step as it was computed beforehand. */
export function PreparedCard() {
  const results = prepared.value;
  return (
    <aside class="prepared-card" aria-label="Prepared results">
      <p>
        <strong>In a hurry?</strong> Every step computes on your machine, which takes minutes. You can also look at all
        of them at once, as they were computed beforehand by the same code, and go on from any of them.
      </p>
      <button
        class="button"
        type="button"
        data-testid="load-prepared"
        disabled={isBusy.value || isLoading.value || backend.value === null}
        onClick={() => void loadPrepared()}
      >
        {isLoading.value ? 'Loading…' : 'Show prepared results'}
      </button>
      {loadingProblem.value && (
        <p class="problem" role="alert">
          {loadingProblem.value}
        </p>
      )}
      {results && isPrepared.value.length > 0 && (
        <details data-testid="prepared-details">
          <summary>What is shown below was prepared. How?</summary>
          <p class="note">
            In Node, on the backend wasm, with the recipe's settings below and the story world, weights rounded to 6
            bits afterwards. It took{' '}
            {Object.entries(results.seconds)
              .map(([name, count]) => `${name} ${count} s`)
              .join(', ')}
            .
          </p>
          <ul class="note">
            {Object.entries(results.models).map(([stage, { bytes, sha256 }]) => (
              <li key={stage}>
                {stage}.bin: {Math.round(bytes / 1000)} kB, SHA-256 <code>{sha256}</code>
              </li>
            ))}
          </ul>
          <pre class="sample">{JSON.stringify(results.settings, null, 1)}</pre>
        </details>
      )}
    </aside>
  );
}
