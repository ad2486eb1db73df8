import type { ModelStage } from '../engine/model-stages.js';
import { isPrepared } from '../state/prepared.js';

/** Says that what a step shows was not computed in this tab; nothing where it was. */
export function PreparedNote({ stage }: { stage: ModelStage }) {
  if (!isPrepared.value.includes(stage)) return null;
  return (
    <p class="prepared" data-testid={`prepared-${stage}`}>
      <strong>Prepared.</strong> Computed beforehand by the same recipe in Node, not in your tab. Run the step to
      replace it.
    </p>
  );
}
