import { markdownTable, ratioText } from '../tables.js';
import { median, ratioOf } from '../statistics.js';
import type { Check } from '../suite/case.js';
import { isRight, type Result } from '../suite/result.js';

/** What a page with genai-nanogpt gives back. */
export interface GenaiRun {
  /** Each step, the first of which compiles. */
  ms: number[];
  losses: number[];
  parameters: number;
}

export interface GenaiRow {
  title: string;
  firstMs: number;
  medianMs: number;
  /** Times the first row, round by round. */
  ratio: ReturnType<typeof ratioOf>;
  parameters: number;
  /** What was checked. */
  check: string;
  trains: boolean;
}

/** Of a model that knows nothing about 65 tokens; a first loss must be near. */
const START = Math.log(65);
const NEAR = 0.2;

/** Its model is another one, with initial values of its own: a first loss must be near that of knowing nothing, and fall. */
export function genaiCheck([start = NaN, ...rest]: readonly number[]): Check {
  const maxAbs = Math.abs(start - START);
  const pass = maxAbs <= NEAR && rest.at(-1)! < start;
  return { reference: 'ln 65 at the first step, and falling', maxAbs, maxRel: maxAbs / START, tolerance: NEAR, pass };
}

/** genai-nanogpt first, then Ashlar on each backend; `suites` are the results of each round. */
export function genaiRows(genai: readonly GenaiRun[], suites: readonly (readonly Result[])[]): GenaiRow[] {
  const theirs = genai.map(({ ms }) => ms.slice(1));
  const row = (
    title: string,
    firstMs: number,
    rounds: number[][],
    rest: Pick<GenaiRow, 'parameters' | 'check' | 'trains'>,
  ) => ({
    title,
    firstMs,
    medianMs: median(rounds.flat()),
    ratio: ratioOf(rounds, theirs),
    ...rest,
  });
  const { ms, losses, parameters } = genai[0]!;
  const [first, last] = [losses[0] ?? NaN, losses.at(-1) ?? NaN];
  const peer = row('genai-nanogpt 1.3.0, webgl', ms[0]!, theirs, {
    parameters,
    check: `another model (RMSNorm, own initial values): loss ${first.toFixed(3)} to ${last.toFixed(3)}`,
    trains: genai.every(({ losses }) => genaiCheck(losses).pass),
  });
  const backends = [...new Set(suites.flat().map(({ backend }) => backend))];
  return [
    peer,
    ...backends.map((backend) => {
      const own = suites.map((results) => results.find((one) => one.backend === backend)!);
      const { check, params, message } = own[0]!;
      return row(
        `Ashlar, ${backend}`,
        own[0]!.firstMs ?? NaN,
        own.map((one) => one.samplesMs ?? []),
        {
          parameters: params['parameters'] as number,
          check: check ? `${check.reference}: off by ${check.maxAbs.toExponential(1)}` : (message ?? ''),
          trains: own.every(isRight),
        },
      );
    }),
  ];
}

export const genaiMarkdown = (rows: readonly GenaiRow[]) =>
  markdownTable(
    ['library', 'ms, median', `times ${rows[0]!.title} (range of rounds)`, 'first step, ms', 'parameters', 'check'],
    rows.map(({ title, medianMs, ratio, firstMs, parameters, check, trains }) => [
      title,
      medianMs.toFixed(0),
      ratioText(ratio),
      firstMs.toFixed(0),
      String(parameters),
      trains ? check : `**${check}**`,
    ]),
  );
