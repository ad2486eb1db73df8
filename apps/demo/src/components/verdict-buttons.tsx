import type { Verdict } from '../engine/protocol.js';

const verdicts: { verdict: Verdict; label: string; key: string; shown: string }[] = [
  { verdict: 'left', label: 'The left is better', key: 'ArrowLeft', shown: '←' },
  { verdict: 'tie', label: 'Equally good', key: 'ArrowDown', shown: '↓' },
  { verdict: 'right', label: 'The right is better', key: 'ArrowRight', shown: '→' },
];

/** The verdict that a key stands for. */
export const verdictOfKey = (key: string): Verdict | undefined => verdicts.find((one) => one.key === key)?.verdict;

export function VerdictButtons({ onVerdict }: { onVerdict: (verdict: Verdict) => void }) {
  return (
    <div class="row">
      {verdicts.map(({ verdict, label, shown }) => (
        <button
          key={verdict}
          class="button"
          type="button"
          data-testid={`verdict-${verdict}`}
          onClick={() => onVerdict(verdict)}
        >
          <kbd>{shown}</kbd> {label}
        </button>
      ))}
    </div>
  );
}
