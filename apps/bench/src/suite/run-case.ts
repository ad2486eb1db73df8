import * as tf from '@tensorflow/tfjs-core';
import { median, quantile } from '../statistics.js';
import type { Case, Check, Prepared } from './case.js';
import { hashOf, settle } from './host.js';
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
}

export const budgets: Record<'full' | 'quick', Budget> = {
  full: { warmupMs: 2000, samples: 15, fewest: 3, sampleMs: 3000, leastMs: 20 },
  quick: { warmupMs: 200, samples: 7, fewest: 3, sampleMs: 400, leastMs: 5 },
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
  let prepared: Prepared | undefined;
  try {
    prepared = await one.prepare();
    facts.inputHash = await hashOf(prepared.inputs);
    return (await timed(one, prepared, surroundings)).map((figures) => ({ ...facts, ...figures }));
  } catch (error) {
    return [{ ...facts, status: 'failed', message: (error as Error).message }];
  } finally {
    prepared?.dispose();
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

async function timed(one: Case, prepared: Prepared, { backend, budget, clockStep }: Surroundings): Promise<Figures[]> {
  let outputs: readonly tf.Tensor[] = [];
  const runs = async (count: number): Promise<number> => {
    const since = performance.now();
    for (let i = 0; i < count; i++) {
      tf.dispose([...outputs]);
      outputs = await prepared.run();
    }
    await settle(outputs);
    return performance.now() - since;
  };
  try {
    const firstMs = await runs(1);
    const before = await prepared.check(outputs);
    if (!before.pass) return [{ status: 'wrong', firstMs, check: before }];
    const one_ = await warmUp(runs, budget.warmupMs);
    const least = Math.max(budget.leastMs, 200 * clockStep);
    const batch = Math.max(1, Math.ceil(least / one_));
    const isGpu = backend.startsWith('webg') && !one.onHost;
    const ways = isGpu && batch > 1 ? [1, batch] : [batch];
    const figures: Figures[] = [];
    for (const count of ways) {
      const samplesMs = await sample(() => runs(count), budget).then((all) => all.map((ms) => ms / count));
      const check = prepared.isStateful ? before : worse(before, await prepared.check(outputs));
      figures.push({
        status: check.pass ? 'ok' : 'wrong',
        firstMs,
        mode: count > 1 ? 'throughput' : 'latency',
        batch: count,
        samplesMs,
        medianMs: median(samplesMs),
        p10Ms: quantile(samplesMs, 0.1),
        p90Ms: quantile(samplesMs, 0.9),
        ...rateOf(one, median(samplesMs)),
        check,
      });
    }
    return figures;
  } finally {
    tf.dispose([...outputs]);
  }
}

/** Runs until three in a row are within 5 %, or the time is up; the last time of one. */
async function warmUp(runs: (count: number) => Promise<number>, forMs: number): Promise<number> {
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

const worse = (a: Check, b: Check) => (!a.pass || (b.pass && a.maxAbs > b.maxAbs) ? a : b);

/** What a run of `ms` gets done a second: the case's own unit, else operations, else bytes. */
export function rateOf({ amount, flops, bytes }: Case, ms: number): { perSecond?: number; unit?: string } {
  const [count, unit] = amount
    ? [amount.count, `${amount.unit}/s`]
    : flops !== undefined
      ? [flops, 'FLOP/s']
      : [bytes, 'B/s'];
  return count === undefined ? {} : { perSecond: (1000 * count) / ms, unit };
}
