import type { Command } from '../engine/protocol.js';
import { problems } from '../state/jobs.js';

/** Why something failed the last time, in one sentence; nothing if it did not. */
export function Problem({ of }: { of: Command['type'] }) {
  const sentence = problems.value[of];
  if (!sentence) return null;
  return (
    <p class="problem" role="alert" data-testid={`problem-${of}`}>
      {sentence}
    </p>
  );
}
