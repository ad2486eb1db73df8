import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { WorkerReply } from '../bench/worker.js';
import { table } from '../format.js';
import type { Printer } from '../terminal.js';

export interface BenchFlags {
  rounds: number;
  steps: number;
}

const competitors = { ashlar: 'Ashlar, wasm', tfjs: 'plain tfjs, wasm' };
type Name = keyof typeof competitors;
/** Losses of equal models agree to this after a few steps in float32. */
const TOLERANCE = 1e-3;

export async function benchCommand({ rounds, steps }: BenchFlags, printer: Printer): Promise<number> {
  const names = Object.keys(competitors) as Name[];
  const workers = new Map(names.map((name) => [name, new Worker(name)]));
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  const losses = new Map<Name, number[]>(names.map((name) => [name, []]));
  try {
    // the first step allocates and compiles
    for (const name of names) await workers.get(name)!.train(1);
    for (let round = 0; round < rounds; round++)
      for (const name of names) {
        const reply = await workers.get(name)!.train(steps);
        times.get(name)!.push(...reply.ms);
        losses.get(name)!.push(...reply.losses);
        printer.terminal.err(`round ${round + 1} of ${rounds}: ${competitors[name]}\n`);
      }
  } finally {
    for (const worker of workers.values()) worker.stop();
  }
  const [ours, theirs] = names.map((name) => median(times.get(name)!)) as [number, number];
  printer.say("One training step of nanoGPT's shape for a CPU (4 layers of 128, context 64, 12 rows), median:");
  const rows = names.map((name) => [competitors[name], `${median(times.get(name)!).toFixed(1)} ms`]);
  table(rows, [1]).forEach((line) => printer.say(`  ${line}`));
  printer.say(`Ashlar takes ${(ours / theirs).toFixed(3)} of plain tfjs's time, on one thread.`);
  const difference = Math.max(...losses.get('ashlar')!.map((loss, i) => Math.abs(loss - losses.get('tfjs')![i]!)));
  if (!(difference < TOLERANCE))
    throw new Error(`bench: the two losses differ by ${difference}, so the work is not the same`);
  printer.result({ ashlarMsPerStep: ours, tfjsMsPerStep: theirs, ratio: ours / theirs });
  return 0;
}

/** A competitor in a process of its own, idle between requests. */
class Worker {
  private readonly process: ChildProcess;
  private readonly replies: AsyncIterator<string>;

  constructor(private readonly name: string) {
    const args = [...process.execArgv, process.argv[1]!, 'bench-worker', name];
    this.process = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.replies = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
  }

  async train(steps: number): Promise<WorkerReply> {
    this.process.stdin!.write(`${steps}\n`);
    const { value, done } = await this.replies.next();
    if (done) throw new Error(`bench: the process of ${this.name} ended early`);
    return JSON.parse(value) as WorkerReply;
  }

  stop(): void {
    this.process.kill();
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
