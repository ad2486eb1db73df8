import { LineChart, type Series } from './line-chart.js';
import { smooth } from './smooth.js';

export interface LossCurves {
  /** Training loss of every step, from step 1. */
  training: number[];
  /** Held-out loss at the steps at which it was really evaluated. */
  heldOut: { step: number; loss: number }[];
  /** Loss of guessing, the logarithm of the vocabulary's size. @default not drawn */
  guessing?: number;
}

/** Loss against steps: raw and smoothed training loss, held-out loss, and what guessing would cost. */
export function LossChart(props: {
  curves: LossCurves;
  /** What the loss is a mean over. @default 'token' */ unit?: 'token' | 'pair';
}) {
  const { training, heldOut, guessing } = props.curves;
  const steps = [0, ...training.map((_, i) => i + 1)];
  const dots = new Map(heldOut.map(({ step, loss }) => [step, loss]));
  const last = heldOut.at(-1);
  return (
    <LineChart
      plotted={{
        x: steps,
        xLabel: 'step',
        yLabel: `loss, nats per ${props.unit ?? 'token'}`,
        series: [
          { label: 'each step', values: [null, ...training], colour: '--accent', style: 'faded' },
          {
            label: `training loss ${training.at(-1)?.toFixed(3) ?? '–'}`,
            values: [null, ...smooth(training)],
            colour: '--accent',
          },
          {
            label: `held-out loss ${last ? `${last.loss.toFixed(3)} at step ${last.step}` : '–'}`,
            values: steps.map((step) => dots.get(step) ?? null),
            colour: '--second',
            style: 'dots',
          },
          ...(guessing === undefined ? [] : [guessingLine(guessing, steps.length)]),
        ],
      }}
      table={() => ({
        columns: ['step', 'training loss', 'held-out loss'],
        rows: [...heldOut]
          .reverse()
          .map(({ step, loss }) => [step, training[step - 1]?.toFixed(3) ?? '–', loss.toFixed(3)]),
      })}
    />
  );
}

const guessingLine = (loss: number, points: number): Series => ({
  label: `guessing ${loss.toFixed(3)}`,
  values: new Array<number>(points).fill(loss),
  colour: '--faint',
  style: 'dashed',
});
