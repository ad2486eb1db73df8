import type { Measurement } from './measure.js';
import type { Trajectory } from './reference.js';
import { ratioOf, timesOf, type Times } from './statistics.js';

/** A difference above this is another model, not rounding: its time says nothing. */
export const LOSS_TOLERANCE = 1e-3;

/** The figures of one competitor. */
export interface Row {
  name: string;
  title: string;
  versions: Record<string, string>;
  setupMs: number;
  training: {
    firstStepMs: number;
    stepMs: Times;
    tokensPerSecond: number;
    /** Times slower than the first row, round by round. */
    ratio: { median: number; min: number; max: number };
    lastLoss: number;
    /** Largest difference from PyTorch's loss at any step. */
    lossDifference: number;
  };
  generation: {
    firstTokenMs: number;
    tokenMs: Times;
    ratio: { median: number; min: number; max: number };
    /** Whether the greedy ids are those of the first row. */
    sameIds: boolean;
  };
}

/** One row for each measurement; the first is the base of the ratios. */
export function rowsOf(measurements: Measurement[], { losses, batchSize, model }: Trajectory): Row[] {
  const base = measurements[0]!;
  return measurements.map((m) => {
    const stepMs = timesOf(m.stepMs.flat());
    return {
      name: m.competitor.name,
      title: m.competitor.title,
      versions: m.versions,
      setupMs: m.setupMs,
      training: {
        firstStepMs: m.firstStepMs,
        stepMs,
        tokensPerSecond: (batchSize * model.contextLength * 1000) / stepMs.median,
        ratio: ratioOf(m.stepMs, base.stepMs),
        lastLoss: m.losses.at(-1)!,
        lossDifference: Math.max(...m.losses.map((loss, i) => Math.abs(loss - losses[i]!))),
      },
      generation: {
        firstTokenMs: m.firstTokenMs,
        tokenMs: timesOf(m.tokenMs.flat()),
        ratio: ratioOf(m.tokenMs, base.tokenMs),
        sameIds: String(m.ids) === String(base.ids),
      },
    };
  });
}

/** A Markdown table; all columns but the first are set to the right. */
export const markdownTable = (head: string[], rows: string[][]) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const spreadText = (times: Times, digits: number) => `${times.p10.toFixed(digits)}-${times.p90.toFixed(digits)}`;

export const ratioText = (ratio: Row['training']['ratio']) =>
  `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`;

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
  const generation = rows.map(({ title, generation: g }) => [
    title,
    g.tokenMs.median.toFixed(2),
    g.tokenMs.min.toFixed(2),
    spreadText(g.tokenMs, 2),
    ratioText(g.ratio),
    g.firstTokenMs.toFixed(0),
    g.sameIds ? 'yes' : '**no**',
  ]);
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
    markdownTable(
      ['library', 'ms, median', 'best', '10-90 %', `times ${base} (range of rounds)`, 'first token, ms', 'same ids'],
      generation,
    ),
  ].join('\n');
}
