import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { batchOf, type Batch, type Job } from './job.js';
import type { Reply, Request } from './protocol.js';

/** A model under training. Each method resolves once its result is on the host. */
export interface Competitor {
  versions: Record<string, string>;
  /** One optimizer step; resolves to the mean loss in nats before it. */
  step?(batch: Batch, learningRate: number): Promise<number>;
  /** Continues `prompt` greedily; `prompt.length + count` is at most the context length plus one. */
  generate(prompt: number[], count: number): AsyncIterable<number>;
  /** The logits after `ids`, read one by one into the cache after the prompt. */
  logits?(prompt: number[], ids: number[]): Promise<Float32Array>;
}

/** The initial weights of a job by parameter path, each in a buffer of its own. */
export type Weights = Map<string, { shape: number[]; values: Float32Array }>;

function readWeights(folder: string, job: Job): Weights {
  const bytes = readFileSync(join(folder, 'weights.bin'));
  return new Map(
    job.parameters.map(({ path, shape, offset }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      const values = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + 4 * offset, bytes.byteOffset + 4 * (offset + length)),
      );
      return [path, { shape, values }];
    }),
  );
}

const send = (reply: Reply) => process.stdout.write(`${JSON.stringify(reply)}\n`);

/** Answers the requests of the benchmark, a line each, until it is told to exit. */
async function answerRequests(answer: (request: Request) => Promise<Reply>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    if (request.type === 'exit') break;
    send(await answer(request));
  }
  process.exit(0);
}

/** The folder that this process was started with. Standard output belongs to the protocol, so `console.log` goes to standard error. */
function enter(): string {
  console.log = console.error;
  const folder = process.argv[2];
  if (!folder) throw new Error('A competitor is started by the benchmark, with the folder of a job.');
  return folder;
}

/**
 * Runs a competitor as a child process of the benchmark: builds it from the job folder named by the first argument and
 * answers requests until it is told to exit.
 */
export async function serve(create: (job: Job, weights: Weights) => Promise<Competitor>): Promise<void> {
  const folder = enter();
  const job = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8')) as Job;
  const started = performance.now();
  const competitor = await create(job, readWeights(folder, job));
  send({ type: 'ready', versions: competitor.versions, setupMs: performance.now() - started });

  await answerRequests(async (request) => {
    const ms: number[] = [];
    if (request.type === 'train') {
      if (!competitor.step) throw new Error('This competitor does not train.');
      const losses: number[] = [];
      for (const step of request.steps) {
        const batch = batchOf(job, step);
        const from = performance.now();
        losses.push(await competitor.step(batch, step.learningRate));
        ms.push(performance.now() - from);
      }
      return { type: 'trained', ms, losses };
    }
    if (request.type === 'logits') {
      if (!competitor.logits) throw new Error('This competitor gives no logits.');
      return { type: 'logits', values: [...(await competitor.logits(request.prompt, request.ids))] };
    }
    if (request.type !== 'generate') throw new Error(`A model has no answer to ${request.type}.`);
    const ids: number[] = [];
    let from = performance.now();
    for await (const id of competitor.generate(request.prompt, request.count)) {
      ids.push(id);
      ms.push(performance.now() - from);
      from = performance.now();
    }
    return { type: 'generated', ms, ids };
  });
}

/** A work with its inputs where the library wants them. */
export interface Worker {
  /** Does it once; what it computes is there when it returns. */
  run(): void | Promise<void>;
  /** What the last run came to. */
  outcome(): (number | string)[] | Promise<(number | string)[]>;
}

/**
 * Runs a child process that does the works of a folder (`works/folder.ts`), each made ready on its first use.
 * @param start makes a worker of the work with this name
 */
export async function serveWorks(
  versions: Record<string, string>,
  start: (work: string, folder: string) => Worker | Promise<Worker>,
): Promise<void> {
  const folder = enter();
  const workers = new Map<string, Promise<Worker>>();
  send({ type: 'ready', versions, setupMs: performance.now() });
  await answerRequests(async (request) => {
    if (request.type !== 'do' && request.type !== 'outcome') throw new Error(`No work is called ${request.type}.`);
    const { work } = request;
    if (!workers.has(work)) workers.set(work, Promise.resolve(start(work, folder)));
    const worker = await workers.get(work)!;
    if (request.type === 'outcome') return { type: 'outcome', values: [...(await worker.outcome())] };
    const from = performance.now();
    for (let i = 0; i < request.count; i++) await worker.run();
    return { type: 'did', ms: performance.now() - from };
  });
}
