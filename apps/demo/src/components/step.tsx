import type { ComponentChildren } from 'preact';

/** One numbered section of the page, with one sentence that says what happens in it. */
export function Step(props: { number: number; id: string; title: string; about: string; children: ComponentChildren }) {
  const heading = `${props.id}-heading`;
  return (
    <section class="step" id={props.id} aria-labelledby={heading}>
      <header>
        <span class="number" aria-hidden="true">
          {props.number}
        </span>
        <h2 id={heading}>{props.title}</h2>
        <p>{props.about}</p>
      </header>
      {props.children}
    </section>
  );
}
