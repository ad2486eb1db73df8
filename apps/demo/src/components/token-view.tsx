import { useState } from 'preact/hooks';

export interface ShownToken {
  id: number;
  /** What the token spells, white space made visible. */
  text: string;
}

/** A text cut into its tokens beside their ids; pointing at one marks it in both. */
export function TokenView({ tokens }: { tokens: ShownToken[] }) {
  const [current, setCurrent] = useState(-1);
  const part = (show: (token: ShownToken) => string, label: string) => (
    <div class="tokens" role="group" aria-label={label} onMouseLeave={() => setCurrent(-1)}>
      {tokens.map((token, i) => (
        <span key={i} class={i === current ? 'token current' : 'token'} onMouseEnter={() => setCurrent(i)}>
          {show(token)}
        </span>
      ))}
    </div>
  );
  return (
    <div class="columns">
      {part(({ text }) => text, 'Tokens')}
      {part(({ id }) => `${id} `, 'Token ids')}
    </div>
  );
}
