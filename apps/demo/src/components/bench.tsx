import { useRef } from 'preact/hooks';
import { verdictOfKey, VerdictButtons } from './verdict-buttons.js';
import type { Comparison, Verdict } from '../engine/protocol.js';

/** Two answers to choose between; arrow keys judge while the focus is in it, `u` takes the last verdict back. */
export function Bench(props: {
  comparison: Comparison;
  waiting: number;
  onVerdict: (verdict: Verdict) => void;
  onUndo: () => void;
}) {
  const bench = useRef<HTMLDivElement>(null);
  const { prompt, left, right } = props.comparison;
  const decide = (verdict: Verdict) => {
    props.onVerdict(verdict);
    bench.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const verdict = verdictOfKey(event.key);
    if (!verdict && event.key !== 'u') return;
    event.preventDefault();
    if (verdict) decide(verdict);
    else props.onUndo();
  };
  return (
    <div
      class="stack bench"
      ref={bench}
      tabIndex={0}
      role="group"
      aria-label="Which answer is better? Left arrow, right arrow, or down arrow if they are equally good; u takes the last verdict back."
      data-testid="bench"
      onKeyDown={onKeyDown}
    >
      <p class="question">{prompt}</p>
      <div class="pair">
        <Answer side="left" text={left} />
        <Answer side="right" text={right} />
      </div>
      <VerdictButtons onVerdict={decide} />
      <p class="note" role="status">
        {props.waiting} {props.waiting === 1 ? 'pair waits' : 'pairs wait'} for you.
      </p>
    </div>
  );
}

const Answer = ({ side, text }: { side: 'left' | 'right'; text: string }) => (
  <p class="answer" role="group" aria-label={`The ${side} answer`} data-testid={`answer-${side}`}>
    {text.trim() || '(nothing)'}
  </p>
);
