import { useState } from 'preact/hooks';
import type { Rollout } from '../state/ppo.js';

/** Answers that PPO learnt from, iteration by iteration; a slider goes back in time. */
export function Rollouts({ iterations }: { iterations: Rollout[][] }) {
  const [chosen, choose] = useState<number | null>(null);
  const last = iterations.length - 1;
  const index = Math.min(chosen ?? last, last);
  return (
    <div class="stack">
      <h3>What it tried in iteration {index + 1}</h3>
      <ul class="answers" data-testid="rollouts">
        {(iterations[index] ?? []).map(({ prompt, answer, score, kl }, i) => (
          <li key={i}>
            <p class="question">{prompt}</p>
            <p>{answer.trim() || '(nothing)'}</p>
            <p class="note">
              reward {score.toFixed(2)}, KL {kl.toFixed(2)}
            </p>
          </li>
        ))}
      </ul>
      {last > 0 && (
        <label class="field">
          <span>Go back in time</span>
          <input
            type="range"
            min={0}
            max={last}
            value={index}
            onInput={({ currentTarget: { valueAsNumber } }) => choose(valueAsNumber === last ? null : valueAsNumber)}
          />
        </label>
      )}
    </div>
  );
}
