import type { StageEvent, TrainEvent } from '@ashlar/recipe';
import { abortOnInterrupt } from '@ashlar/trainer/node';
import { thousands } from './format.js';
import type { Printer } from './terminal.js';
import { TrainingDisplay } from './training-display.js';

type Of<Type extends TrainEvent['type']> = Extract<TrainEvent, { type: Type }>;

/** How a training ended. */
export interface Outcome {
  /** Steps that are done in all. */
  step: number;
  /** The end; null where it was interrupted. */
  done: Of<'done'> | null;
  /** The last one, if there was any. */
  evaluation: Of<'evaluation'> | null;
  msPerStep: number | null;
  tokensPerSecond: number | null;
}

/**
 * Shows a training until it ends, or until Ctrl-C ends it after the step it is at.
 *
 * @param start begins it
 * @param options.head lines that are said before it, once it is certain that it begins
 * @param options.onEvent sees each event, after it is shown
 */
export async function showTraining(
  printer: Printer,
  start: (signal: AbortSignal) => AsyncIterable<StageEvent>,
  { head = [], onEvent }: { head?: readonly string[]; onEvent?: (event: StageEvent) => void | Promise<void> } = {},
): Promise<Outcome> {
  const display = new TrainingDisplay(printer, head);
  const { signal, release } = interruptible(printer);
  let [step, done, evaluation]: [number, Of<'done'> | null, Of<'evaluation'> | null] = [0, null, null];
  try {
    for await (const event of start(signal)) {
      display.show(event);
      await onEvent?.(event);
      if (event.type === 'evaluation') evaluation = event;
      if (event.type === 'stopped' || event.type === 'done') step = event.step;
      if (event.type === 'done') done = event;
    }
    display.stop();
    if (!done) printer.say(`stopped after step ${thousands(step)}: ${GO_ON}`);
    const { msPerStep, tokensPerSecond } = display;
    return { step, done, evaluation: done?.evaluation ?? evaluation, msPerStep, tokensPerSecond };
  } finally {
    display.stop();
    release();
  }
}

/** What is said to somebody who stopped a command. */
export const GO_ON = 'the same command with --resume goes on';

/** Ctrl-C as a signal that training ends by. */
export const interruptible = (printer: Printer) =>
  abortOnInterrupt(() => printer.terminal.err('\nstopping after this step\n'));
