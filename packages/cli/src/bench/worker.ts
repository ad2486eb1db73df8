import * as tf from '@tensorflow/tfjs-core';
import { createInterface } from 'node:readline';
import type { Competitor } from './competitor.js';
import { job, jobTokens } from './job.js';

const competitors: Record<string, () => Promise<Competitor>> = {
  ashlar: async () => (await import('./ashlar.js')).ashlar(),
  tfjs: async () => (await import('./plain-tfjs.js')).plainTfjs(),
};

/** What a worker answers to a line that holds a number of steps. */
export interface WorkerReply {
  /** Milliseconds of each step. */
  ms: number[];
  losses: number[];
}

/** The process of one competitor: trains as many steps as each line of standard input says. */
export async function benchWorker(name: string): Promise<number> {
  const competitor = await competitors[name]!();
  let step = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const reply: WorkerReply = { ms: [], losses: [] };
    for (let i = 0; i < Number(line); i++) {
      const { inputIds, targets } = batch(step++);
      const start = performance.now();
      const loss = competitor.step(inputIds, targets);
      reply.losses.push((await loss.data())[0]!);
      reply.ms.push(performance.now() - start);
      tf.dispose([inputIds, targets, loss]);
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  return 0;
}

function batch(step: number): { inputIds: tf.Tensor2D; targets: tf.Tensor2D } {
  const { contextLength } = job.model;
  return tf.tidy(() => {
    const rows = tf.tensor2d(jobTokens(step), [job.batchSize, contextLength + 1], 'int32');
    const cut = (from: number) => tf.slice(rows, [0, from], [job.batchSize, contextLength]);
    return { inputIds: cut(0), targets: cut(1) };
  });
}
