import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Reply, Request } from './protocol.js';

/** One thread for every library that would take more: what is compared is a step on one core. */
const oneThread = {
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  MKL_NUM_THREADS: '1',
  RAYON_NUM_THREADS: '1',
  TOKENIZERS_PARALLELISM: 'false',
};

/** The type of the answer to each type of request. */
interface Answers {
  train: 'trained';
  generate: 'generated';
  logits: 'logits';
  do: 'did';
  outcome: 'outcome';
}
type Question = Extract<Request, { type: keyof Answers }>;
type Answer<R extends Question> = Extract<Reply, { type: Answers[R['type']] }>;

/** A competitor in its own process, idle between requests. */
export class Child {
  private readonly replies: AsyncIterator<string>;
  private errors = '';

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
  ) {
    this.replies = createInterface({ input: process.stdout! })[Symbol.asyncIterator]();
    process.on('error', (error) => (this.errors = error.message));
    process.stderr!.on('data', (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-2000)));
  }

  /** Starts the process and waits until its model is built. */
  static async start(name: string, command: string, args: string[]) {
    const child = new Child(name, spawn(command, args, { env: { ...process.env, ...oneThread }, stdio: 'pipe' }));
    const ready = (await child.next()) as Extract<Reply, { type: 'ready' }>;
    return { child, ready };
  }

  async ask<R extends Question>(request: R): Promise<Answer<R>> {
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    return (await this.next()) as Answer<R>;
  }

  stop(): void {
    this.process.kill();
  }

  private async next(): Promise<Reply> {
    const { value, done } = await this.replies.next();
    if (done) throw new Error(`${this.name} ended early. The end of its standard error:\n${this.errors}`);
    return JSON.parse(value) as Reply;
  }
}
