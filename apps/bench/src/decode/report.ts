import { tokenTimes, type Measured, type Measurement, type TokenTimes } from '../measure.js';
import type { Roofline } from '../roofline.js';
import { tokenCells, tokenHeadings } from '../report.js';
import { markdownTable } from '../tables.js';

/** What float32 rounding may move a logit by, in standard deviations of the logits. */
export const LOGIT_TOLERANCE = 1e-4;

/** The figures of one competitor; the first row is the base of ratios and differences. */
export interface DecodeRow extends Measured, TokenTimes {
  rounds: number[][];
  differentIds: number;
  /** Largest difference from the base's logits after the last token, in standard deviations of those. */
  logitDifference: number;
  /** Float32 weights read a second at the median; null where they are not float32. */
  bytesPerSecond: number | null;
}

/** The standard deviation of `values`. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
}

/**
 * One row for each measurement.
 * @param logits of each measurement, after the same tokens
 */
export function decodeRows(
  measurements: readonly Measurement[],
  logits: readonly number[][],
  bytesPerToken: number,
): DecodeRow[] {
  const [base, reference] = [measurements[0]!, logits[0]!];
  const unit = deviation(reference);
  return measurements.map((m, i) => {
    const times = tokenTimes(m, base);
    return {
      ...m.measured,
      ...times,
      rounds: m.tokenMs,
      differentIds: new Set(m.ids).size,
      logitDifference: Math.max(...logits[i]!.map((x, id) => Math.abs(x - reference[id]!))) / unit,
      bytesPerSecond: m.measured.name.endsWith('int8') ? null : (1000 * bytesPerToken) / times.tokenMs.median,
    };
  });
}

const gigabytes = (bytes: number | null) => (bytes === null ? '' : (bytes / 1e9).toFixed(1));

export function decodeMarkdown(rows: readonly DecodeRow[], title: string, { readPerSecond }: Roofline): string {
  return [
    `### One decoded token: ${title}`,
    '',
    markdownTable(
      [
        'library',
        ...tokenHeadings(rows[0]!.title),
        `GB/s of weights (this machine reads ${gigabytes(readPerSecond)})`,
        'same ids',
        'logits off, in deviations',
      ],
      rows.map((row) => [
        row.title,
        ...tokenCells(row, 3),
        gigabytes(row.bytesPerSecond),
        row.sameIds ? 'yes' : '**no**',
        row.logitDifference.toExponential(1),
      ]),
    ),
  ].join('\n');
}
