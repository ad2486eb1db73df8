import type { MaskedToken } from '../engine/protocol.js';

/** An example as the loss sees it: the question is only read, the answer and its end are learnt. */
export function LossMask({ tokens }: { tokens: MaskedToken[] }) {
  return (
    <p class="masked" data-testid="loss-mask">
      {tokens.map(({ text, learnt }, i) => (learnt ? <mark key={i}>{text}</mark> : <span key={i}>{text}</span>))}
    </p>
  );
}
