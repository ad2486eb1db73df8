import type { WorkerStart } from './worker.js';

/** The parts of Node's `worker_threads` that are used. */
interface NodeWorker {
  once(event: 'message' | 'error', listener: (value: unknown) => void): void;
  postMessage(start: WorkerStart): void;
  unref(): void;
}
interface WorkerThreads {
  Worker: new (text: string, options: { eval: true; stdin: false; execArgv: string[]; name: string }) => NodeWorker;
}

const name = 'ashlar wasm';

/** Starts a worker from a text and waits until it is ready. In Node it does not keep the process alive. */
export async function startWorker(text: string, start: WorkerStart): Promise<void> {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const node = process?.getBuiltinModule?.('node:worker_threads') as WorkerThreads | undefined;
  try {
    await (node ? inNode(node, text, start) : inPage(text, start));
  } catch (cause) {
    throw new Error(
      `wasm: a worker did not start (${cause instanceof Error ? cause.message : String(cause)}); use \`wasm({ threads: 1 })\` here` +
        (node ? '.' : ", or allow `worker-src blob:` in the page's Content-Security-Policy."),
      { cause },
    );
  }
}

function inNode({ Worker }: WorkerThreads, text: string, start: WorkerStart): Promise<void> {
  // the flags of the process (loaders, --input-type) are not for the text
  const worker = new Worker(text, { eval: true, stdin: false, execArgv: [], name });
  return new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.unref();
      resolve();
    });
    worker.once('error', reject);
    worker.postMessage(start);
  });
}

function inPage(text: string, start: WorkerStart): Promise<void> {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  return new Promise<void>((resolve, reject) => {
    const worker = new Worker(url, { name });
    worker.onmessage = () => resolve();
    worker.onerror = ({ message }) => reject(new Error(message || 'it could not be loaded'));
    worker.postMessage(start);
  }).finally(() => URL.revokeObjectURL(url));
}
