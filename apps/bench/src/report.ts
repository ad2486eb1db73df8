import { tokenTimes, type Measured, type Measurement, type TokenTimes } from './measure.js';
import type { Trajectory } from './reference.js';
import { ratioOf, timesOf, type Ratio, type Times } from './statistics.js';
import { markdownTable, ratioText, spreadText } from './tables.js';

/** A difference above this is another model, not rounding: its time says nothing. */
export const LOSS_TOLERANCE = 1e-3;

/** The figures of one competitor. */
export interface Row extends Measured {
  training: {
    firstStepMs: number;
    stepMs: Times;
    tokensPerSecond: number;
    /** Times the first row, round by round. */
    ratio: Ratio;
    lastLoss: number;
    /** Largest difference from PyTorch's loss at any step. */
    lossDifference: number;
  };
  generation: TokenTimes;
}

/** One row for each measurement; the first is the base of the ratios. */
export function rowsOf(measurements: Measurement[], { losses, batchSize, model }: Trajectory): Row[] {
  const base = measurements[0]!;
  return measurements.map((m) => {
    const stepMs = timesOf(m.stepMs.flat());
    return {
      ...m.measured,
      training: {
        firstStepMs: m.firstStepMs,
        stepMs,
        tokensPerSecond: (batchSize * model.contextLength * 1000) / stepMs.median,
        ratio: ratioOf(m.stepMs, base.stepMs),
        lastLoss: m.losses.at(-1)!,
        lossDifference: Math.max(...m.losses.map((loss, i) => Math.abs(loss - losses[i]!))),
      },
      generation: tokenTimes(m, base),
    };
  });
}

/** Columns of how long tokens took, as times those of `base`. */
export const tokenHeadings = (base: string) => [
  'ms, median',
  'best',
  '10-90 %',
  `times ${base} (range of rounds)`,
  'first token, ms',
];
export const tokenCells = ({ tokenMs, ratio, firstTokenMs }: TokenTimes, digits: number) => [
  tokenMs.median.toFixed(digits),
  tokenMs.min.toFixed(digits),
  spreadText(tokenMs, digits),
  ratioText(ratio),
  firstTokenMs.toFixed(0),
];

/** The two Markdown tables. */
export function markdown(rows: Row[], { versions }: Trajectory): string {
  const base = rows[0]!.title;
  const training = rows.map(({ title, training: t }) => [
    title,
    t.stepMs.median.toFixed(1),
    t.stepMs.min.toFixed(1),
    spreadText(t.stepMs, 1),
    Math.round(t.tokensPerSecond).toString(),
    ratioText(t.ratio),
    t.firstStepMs.toFixed(0),
    t.lastLoss.toFixed(6),
    t.lossDifference > LOSS_TOLERANCE ? `**${t.lossDifference.toExponential(1)}**` : t.lossDifference.toExponential(1),
  ]);
  const generation = rows.map(({ title, generation: g }) => [title, ...tokenCells(g, 2), g.sameIds ? 'yes' : '**no**']);
  return [
    '### One training step',
    '',
    markdownTable(
      [
        'library',
        'ms, median',
        'best',
        '10-90 %',
        'tokens/s',
        `times ${base} (range of rounds)`,
        'first step, ms',
        'last loss',
        `off PyTorch ${versions['torch']}`,
      ],
      training,
    ),
    '',
    '### One generated token',
    '',
    markdownTable(['library', ...tokenHeadings(base), 'same ids'], generation),
  ].join('\n');
}
