import { signal } from '@preact/signals';
import { probeBackends, type BackendName } from '../engine/backends.js';
import type { Command, Message } from '../engine/protocol.js';
import { settings } from './settings.js';

/** What this browser can compute with, best first. */
export const backends = signal<BackendName[]>([]);
/** What the worker computes with; null while it starts. */
export const backend = signal<BackendName | null>(null);
/** One sentence when something failed that belongs to no step. */
export const engineProblem = signal('');

let worker: Worker | undefined;
const listeners = new Set<(message: Message) => void>();

/** Calls `listener` with every message of the worker, whichever worker that is by then. */
export function onMessage(listener: (message: Message) => void): void {
  listeners.add(listener);
}

/** Passes a message on to all who listen. */
export function tell(message: Message): void {
  for (const listener of listeners) listener(message);
}

export function send(command: Command): void {
  worker?.postMessage(command);
}

/** Starts the worker on the best backend. */
export async function startEngine(): Promise<void> {
  backends.value = await probeBackends();
  const asked = new URLSearchParams(location.search).get('backend') as BackendName | null;
  await chooseBackend(asked && backends.value.includes(asked) ? asked : backends.value[0]!);
}

/** One engine has one backend: another backend is another worker. Resolves when it is ready. */
export async function chooseBackend(name: BackendName): Promise<void> {
  backend.value = null;
  engineProblem.value = '';
  worker?.terminate();
  const next = new Worker(new URL('../engine/engine.worker.ts', import.meta.url), { type: 'module' });
  worker = next;
  next.onmessage = ({ data }: MessageEvent<Message>) => tell(data);
  await new Promise<void>((ready) => {
    const settle = () => {
      next.removeEventListener('message', answered);
      ready();
    };
    const answered = ({ data }: MessageEvent<Message>) => {
      if (data.type === 'opened') backend.value = data.backend;
      else if (data.type === 'failed' && data.during === 'open') engineProblem.value = data.sentence;
      else return;
      settle();
    };
    next.addEventListener('message', answered);
    next.onerror = (event) => {
      engineProblem.value = `The worker stopped: ${event.message || 'its program could not be loaded'}`;
      settle();
    };
    next.postMessage({ type: 'open', backend: name, settings } satisfies Command);
  });
}
