import { Child } from './child.js';
import type { Competitor } from './competitors.js';
import { inTurn } from './in-turn.js';
import type { Step } from './job.js';
import type { Options } from './options.js';
import { median, ratioOf, timesOf, type Ratio, type Times } from './statistics.js';

/** Who was measured; times in milliseconds. */
export interface Measured {
  name: string;
  /** What the row of the table says. */
  title: string;
  versions: Record<string, string>;
  /** Until the model is built. */
  setupMs: number;
}

/** What one competitor did; all times in milliseconds, one list a round. */
export interface Measurement {
  measured: Measured;
  /** The first step and the first generation: tracing, compilation, allocation. */
  firstStepMs: number;
  firstTokenMs: number;
  stepMs: number[][];
  /** Each token but the first of a round, which also reads the prompt. */
  tokenMs: number[][];
  /** Loss of every step, warm-up included. */
  losses: number[];
  ids: number[];
}

/** How long tokens took. */
export interface TokenTimes {
  /** The first call: reading the prompt, and whatever is compiled or allocated then. */
  firstTokenMs: number;
  tokenMs: Times;
  ratio: Ratio;
  /** Whether the greedy ids are those of the base. */
  sameIds: boolean;
}

export const tokenTimes = (one: Measurement, base: Measurement): TokenTimes => ({
  firstTokenMs: one.firstTokenMs,
  tokenMs: timesOf(one.tokenMs.flat()),
  ratio: ratioOf(one.tokenMs, base.tokenMs),
  sameIds: String(one.ids) === String(base.ids),
});

const PROMPT = [5, 38, 9, 1];

/** A competitor at work, and what it has done so far. */
export interface Running {
  child: Child;
  result: Measurement;
}

type Say = (line: string) => void;

/** Starts every competitor on the job, hands them to `work`, and stops them. */
export async function withCompetitors<T>(
  competitors: Competitor[],
  folder: string,
  work: (running: Running[]) => Promise<T>,
): Promise<T> {
  const running: Running[] = [];
  try {
    for (const competitor of competitors) {
      const { name, title, command, program, args } = competitor;
      const { child, ready } = await Child.start(name, command, [program, folder, ...args]);
      const measured = { name, title, versions: ready.versions, setupMs: ready.setupMs };
      const times = { firstStepMs: 0, firstTokenMs: 0, stepMs: [], tokenMs: [] };
      running.push({ child, result: { measured, ...times, losses: [], ids: [] } });
    }
    return await work(running);
  } finally {
    for (const { child } of running) child.stop();
  }
}

/** Milliseconds that everyone generates before a round is timed: until then code is being compiled. */
const warmUpMs = 500;

/** Generates greedily in rounds that take turns, once warm. */
export async function generateInRounds(
  running: Running[],
  { prompt, tokens, rounds }: { prompt: number[]; tokens: number; rounds: number },
  say: Say,
): Promise<void> {
  const generate = { type: 'generate', prompt, count: tokens } as const;
  for (const { child, result } of running) {
    const { ms } = await child.ask(generate);
    result.firstTokenMs = ms[0]!;
    for (let spent = sum(ms); spent < warmUpMs; spent += sum((await child.ask(generate)).ms));
  }
  for (let round = 0; round < rounds; round++) {
    for (const { child, result } of inTurn(running, round)) {
      const { ms, ids } = await child.ask(generate);
      result.tokenMs.push(ms.slice(1));
      result.ids = ids;
    }
    say(line('generation', round, rounds, running, (result) => result.tokenMs));
  }
}

/** Starts every competitor on the job, trains and generates in rounds, and stops them. Progress goes to `say`. */
export async function measure(
  competitors: Competitor[],
  folder: string,
  steps: Step[],
  { rounds, warmup, tokens, steps: perRound }: Options,
  say: Say,
): Promise<Measurement[]> {
  return withCompetitors(competitors, folder, async (running) => {
    for (const { child, result } of running) {
      const first = await child.ask({ type: 'train', steps: steps.slice(0, warmup) });
      result.firstStepMs = first.ms[0]!;
      result.losses.push(...first.losses);
      say(`${result.measured.name}: first step ${result.firstStepMs.toFixed(0)} ms`);
    }
    for (let round = 0; round < rounds; round++) {
      const from = warmup + round * perRound;
      for (const { child, result } of inTurn(running, round)) {
        const { ms, losses } = await child.ask({ type: 'train', steps: steps.slice(from, from + perRound) });
        result.stepMs.push(ms);
        result.losses.push(...losses);
      }
      say(line('training', round, rounds, running, (result) => result.stepMs));
    }
    await generateInRounds(running, { prompt: PROMPT, tokens, rounds }, say);
    return running.map(({ result }) => result);
  });
}

const sum = (ms: number[]) => ms.reduce((a, b) => a + b, 0);

function line(
  phase: string,
  round: number,
  rounds: number,
  running: Running[],
  of: (result: Measurement) => number[][],
): string {
  const figures = running.map(({ result }) => `${result.measured.name} ${median(of(result).at(-1)!).toFixed(2)} ms`);
  return `${phase}, round ${round + 1} of ${rounds}: ${figures.join(', ')}`;
}
