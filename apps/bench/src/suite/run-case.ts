import { median, quantile } from '../statistics.js';
import { CaseAtWork } from './at-work.js';
import type { Case, Check } from './case.js';
import type { Result } from './result.js';

/** How long a case is timed. */
export interface Budget {
  warmupMs: number;
  /** A case ends at this many samples, or at `sampleMs` altogether once it has the fewest. */
  samples: number;
  fewest: number;
  sampleMs: number;
  /** What one sample takes at least, so that the clock is fine enough. */
  leastMs: number;
  /** A library whose first call takes longer is left out. */
  patienceMs: number;
}

export const budgets: Record<'full' | 'quick', Budget> = {
  full: { warmupMs: 2000, samples: 15, fewest: 3, sampleMs: 3000, leastMs: 20, patienceMs: 30_000 },
  quick: { warmupMs: 200, samples: 7, fewest: 3, sampleMs: 400, leastMs: 5, patienceMs: 10_000 },
};

/** More than this many operations take minutes where there is neither a GPU nor a kernel of ours. */
const SLOW_FLOPS = 5e8;

export interface Surroundings {
  backend: Result['backend'];
  budget: Budget;
  /** Milliseconds. */
  clockStep: number;
  /** A processor that plays a GPU, or plain JavaScript: the large cases are left out. */
  isSlow: boolean;
}

/** Times a case on the backend in use and checks what it computes, before and after. One result for each way of timing. */
export async function runCase(one: Case, surroundings: Surroundings): Promise<Result[]> {
  const { backend, isSlow } = surroundings;
  const { work, group, params, dtype, flops, bytes } = one;
  const facts = {
    work,
    group,
    params,
    dtype,
    backend: one.onHost ? ('cpu' as const) : backend,
    inputHash: '',
    ...(flops !== undefined && { flops }),
    ...(bytes !== undefined && { bytes }),
  };
  if (isSlow && (flops ?? 0) > SLOW_FLOPS)
    return [{ ...facts, status: 'aborted', message: 'left out: it would take minutes here' }];
  let atWork: CaseAtWork | undefined;
  try {
    atWork = await CaseAtWork.start(one);
    const { inputHash } = atWork;
    return (await timed(one, atWork, surroundings)).map((figures) => ({ ...facts, inputHash, ...figures }));
  } catch (error) {
    return [{ ...facts, status: 'failed', message: (error as Error).message }];
  } finally {
    atWork?.dispose();
  }
}

type Figures = Pick<
  Result,
  | 'status'
  | 'message'
  | 'firstMs'
  | 'mode'
  | 'batch'
  | 'samplesMs'
  | 'medianMs'
  | 'p10Ms'
  | 'p90Ms'
  | 'perSecond'
  | 'unit'
  | 'check'
>;

async function timed(one: Case, atWork: CaseAtWork, { backend, budget, clockStep }: Surroundings): Promise<Figures[]> {
  const { firstMs, firstCheck } = atWork;
  if (!firstCheck.pass) return [{ status: 'wrong', firstMs, check: firstCheck }];
  const runs = (count: number) => atWork.runs(count);
  const oneMs = await warmUp(runs, budget.warmupMs);
  const batch = Math.max(1, Math.ceil(Math.max(budget.leastMs, 200 * clockStep) / oneMs));
  const isGpu = backend.startsWith('webg') && !one.onHost;
  const ways = isGpu && batch > 1 ? [1, batch] : [batch];
  const figures: Figures[] = [];
  for (const count of ways) {
    const samplesMs = await sample(() => runs(count), budget).then((all) => all.map((ms) => ms / count));
    figures.push({
      firstMs,
      mode: count > 1 ? 'throughput' : 'latency',
      batch: count,
      ...figuresOf(one, samplesMs, await atWork.check()),
    });
  }
  return figures;
}

/** What samples and a check come to. */
export function figuresOf(one: Case, samplesMs: number[], check: Check) {
  const medianMs = median(samplesMs);
  const message = check.pass ? unsteadiness(samplesMs) : undefined;
  return {
    status: check.pass ? (message === undefined ? ('ok' as const) : ('unstable' as const)) : ('wrong' as const),
    ...(message !== undefined && { message }),
    samplesMs,
    medianMs,
    p10Ms: quantile(samplesMs, 0.1),
    p90Ms: quantile(samplesMs, 0.9),
    ...rateOf(one, medianMs),
    check,
  };
}

/** The same work at the end may take so much longer or shorter than at the start, and samples may be so far apart. */
const MOST_DRIFT = 0.1;
const MOST_SPREAD = 0.5;

/** Why a median of these samples says little; undefined where it says enough. */
export function unsteadiness(samplesMs: readonly number[]): string | undefined {
  const third = Math.ceil(samplesMs.length / 3);
  const drift = median(samplesMs.slice(-third)) / median(samplesMs.slice(0, third)) - 1;
  if (Math.abs(drift) > MOST_DRIFT) return `its last samples took ${percent(Math.abs(drift))} ${drift > 0 ? 'more' : 'less'} than its first`; // prettier-ignore
  const spread = (quantile(samplesMs, 0.9) - quantile(samplesMs, 0.1)) / median(samplesMs);
  return spread > MOST_SPREAD ? `its samples are ${percent(spread)} of the median apart` : undefined;
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** Runs until three in a row are within 5 %, or the time is up; the last time of one. */
export async function warmUp(runs: (count: number) => Promise<number>, forMs: number): Promise<number> {
  const seen: number[] = [];
  for (const end = performance.now() + forMs; performance.now() < end;) {
    seen.push(await runs(1));
    const last = seen.slice(-3);
    if (last.length === 3 && Math.max(...last) < 1.05 * Math.min(...last)) break;
  }
  return median(seen.slice(-3));
}

async function sample(run: () => Promise<number>, { samples, fewest, sampleMs }: Budget): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + sampleMs;
  while (times.length < samples && (times.length < fewest || performance.now() < end)) times.push(await run());
  return times;
}

/** What a run of `ms` gets done a second: the case's own unit, else operations, else bytes. */
export function rateOf({ amount, flops, bytes }: Case, ms: number): { perSecond?: number; unit?: string } {
  const [count, unit] = amount
    ? [amount.count, `${amount.unit}/s`]
    : flops !== undefined
      ? [flops, 'FLOP/s']
      : [bytes, 'B/s'];
  return count === undefined ? {} : { perSecond: (1000 * count) / ms, unit };
}
