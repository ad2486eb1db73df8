// No training logic here: the worker runs the recipe and forwards what it tells.
import { generateText, pretrainingNeeds, type TokenEvent } from '@ashlar/recipe';
import { openBackend } from './backends.js';
import { Job } from './job.js';
import { Laboratory } from './laboratory.js';
import { Outbox } from './outbox.js';
import type { Command, Message } from './protocol.js';
import { tokenize } from './tokenize.js';

const post = (message: Message) => postMessage(message);

let laboratory: Laboratory;
let current: Job | undefined;
let generation: AbortController | undefined;

async function run(command: Command): Promise<void> {
  switch (command.type) {
    case 'open':
      await openBackend(command.backend);
      laboratory = new Laboratory(command.settings, post);
      return post({ type: 'opened', backend: command.backend });
    case 'tokenize': {
      const tokenized = tokenize(laboratory.tokenizer(command), command.sample);
      return post({ type: 'tokenized', id: command.id, tokenized });
    }
    case 'weigh':
      return post({ type: 'weighed', id: command.id, memory: pretrainingNeeds(command.config, command.vocabSize) });
    case 'pause':
      return current?.pause.pause();
    case 'continue':
      return current?.pause.continue();
    case 'stop':
      return current?.stop();
    case 'load':
      return laboratory.shelf.put(command.stage, command.files);
    case 'generate':
      return write(command);
    case 'interrupt':
      return generation?.abort();
    case 'examples':
      return laboratory.examples();
    case 'pretrain':
      return work(command, (job) => laboratory.pretrain(command, job));
    case 'sft':
    case 'ppo':
      return work(command, (job) => laboratory[command.type](job));
    case 'compare':
      return work(command, (job) => laboratory.compare(command, job));
    case 'reward':
      return work(command, (job) => laboratory.reward(command, job));
    case 'ask':
      return work(command, (job) => laboratory.ask(command.question, job));
  }
}

async function work({ type: during }: Command, doIt: (job: Job) => Promise<void>): Promise<void> {
  const job = (current = new Job());
  await doIt(job);
  post({ type: 'finished', during, stopped: job.signal.aborted });
}

async function write({ prompt, options }: Extract<Command, { type: 'generate' }>): Promise<void> {
  generation = new AbortController();
  const { model, tokenizer } = await laboratory.shelf.textModel();
  const outbox = new Outbox<TokenEvent>((tokens) => post({ type: 'tokens', tokens }));
  for await (const token of generateText({ model, tokenizer, prompt, ...options, signal: generation.signal }))
    outbox.add(token);
  outbox.flush();
  post({ type: 'generated' });
}

onmessage = ({ data }: MessageEvent<Command>) => {
  run(data).catch((error: unknown) => {
    post({ type: 'failed', during: data.type, sentence: error instanceof Error ? error.message : String(error) });
  });
};
