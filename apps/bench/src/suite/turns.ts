import { inTurn } from '../in-turn.js';
import { ratioOf } from '../statistics.js';
import type { Case, Check } from './case.js';
import type { Result } from './result.js';
import { figuresOf, warmUp, type Budget } from './run-case.js';

/** One who does the same work as others, in a realm of its own, while they wait: a worker, or a process. */
export interface Player {
  /** What tells it from the others; the first is the base of the ratios. */
  who: Pick<Result, 'backend' | 'by' | 'threads'>;
  firstMs: number;
  inputHash: string;
  /** Does the work `count` times in a row; the milliseconds of all. */
  play(count: number): Promise<number>;
  /** How far off it is at the end. */
  check(): Promise<Check>;
}

/** Lets players take turns at a case, after each has warmed up; one result each, with its times the first's round by round. */
export async function takeTurns(one: Case, players: readonly Player[], budget: Budget): Promise<Result[]> {
  const turnMs = budget.sampleMs / budget.samples;
  const states: { player: Player; batch: number; samplesMs: number[] }[] = [];
  for (const player of players) {
    const oneMs = await warmUp((count) => player.play(count), budget.warmupMs);
    states.push({ player, batch: Math.max(1, Math.ceil(turnMs / oneMs)), samplesMs: [] });
  }
  const end = performance.now() + players.length * budget.sampleMs;
  for (let round = 0; round < budget.samples && (round < budget.fewest || performance.now() < end); round++)
    for (const { player, batch, samplesMs } of inTurn(states, round))
      samplesMs.push((await player.play(batch)) / batch);

  const { work, group, params, dtype, flops, bytes } = one;
  const rounds = (samplesMs: number[]) => samplesMs.map((ms) => [ms]);
  const results: Result[] = [];
  for (const { player, batch, samplesMs } of states)
    results.push({
      work,
      group,
      params,
      dtype,
      ...player.who,
      inputHash: player.inputHash,
      ...(flops !== undefined && { flops }),
      ...(bytes !== undefined && { bytes }),
      firstMs: player.firstMs,
      mode: batch > 1 ? 'throughput' : 'latency',
      batch,
      ...figuresOf(one, samplesMs, await player.check()),
      ratio: ratioOf(rounds(samplesMs), rounds(states[0]!.samplesMs)),
    });
  return results;
}
