import type { StageEvent } from './stage-context.js';

/** Passes on the events of a training, each shown to `look` first. @returns whether it came to its end */
export async function* toTheEnd<E extends StageEvent>(
  events: AsyncIterable<E>,
  look: (event: E) => void = () => undefined,
): AsyncGenerator<E, boolean> {
  let isDone = false;
  for await (const event of events) {
    look(event);
    isDone = event.type === 'done';
    yield event;
  }
  return isDone;
}

export const said = (value: number): string => value.toFixed(2);

/** From the first of some losses to the last: `6.82 to 0.54`. */
export const fall = (losses: readonly number[]): string => `${said(losses[0]!)} to ${said(losses.at(-1)!)}`;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
