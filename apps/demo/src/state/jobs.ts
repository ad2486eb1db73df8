import { signal } from '@preact/signals';
import type { Command } from '../engine/protocol.js';
import { onMessage, send } from './engine.js';
import { begin, end, followAnswering } from './progress.js';

const jobTypes = ['pretrain', 'sft', 'compare', 'reward', 'ppo', 'ask'] as const;
type JobType = (typeof jobTypes)[number];

/** One sentence for each job that failed the last time. */
export const problems = signal<Partial<Record<Command['type'], string>>>({});

/** Asks the worker for something that takes a while. @param doing such as `teaching it to answer` */
export function startJob(doing: string, job: Command & { type: JobType }): void {
  problems.value = { ...problems.value, [job.type]: '' };
  begin(doing);
  send(job);
}

onMessage((message) => {
  if (message.type === 'answering') followAnswering(message);
  else if (message.type === 'finished') end(message.stopped ? 'stopped' : 'done');
  else if (message.type === 'failed') {
    problems.value = { ...problems.value, [message.during]: message.sentence };
    if (isJob(message.during)) end('failed');
  }
});

const isJob = (type: Command['type']) => (jobTypes as readonly string[]).includes(type);
