import { useBackend } from '@ashlar/ops';
import { watchKernels, type KernelWork } from '@ashlar/ops/testing';
import { wasm } from '@ashlar/ops/wasm';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../job.js';
import { trainingOptimizer, type Shape } from '../models.js';
import { trainingStep } from '../training-step.js';

/** Everything of one name in a step. */
export interface Entry {
  calls: number;
  milliseconds: number;
  /** Missing where it is not known. */
  work?: KernelWork;
}

/** Where the time of a training step goes; milliseconds are the least of all steps. */
export interface StepProfile {
  /** A step that nothing looks at. */
  stepMs: number;
  /** Functions of our wasm module, by name, in their order. */
  kernels: Map<string, Entry>;
  /** Kernels of tfjs, without those of ours that they call. */
  stock: Map<string, Entry>;
  /** Tensors made and freed on the wasm heap. */
  allocation: Entry;
  /** What is left: the model, the tape, the engine, arguments of kernels; and the clocks. */
  scriptMs: number;
}

type Method = (...args: never[]) => unknown;

/** Times calls that lie within each other: what the inner ones take is not the outer one's. */
class Stopwatch {
  private inner = 0;

  constructor(private readonly note: (name: string, milliseconds: number, work?: KernelWork) => void) {}

  /** A call that has taken this long. */
  took(name: string, milliseconds: number, work?: KernelWork): void {
    this.note(name, milliseconds, work);
    this.inner += milliseconds;
  }

  timed<F extends Method>(name: string, method: F): F {
    return ((...args) => {
      const [from, before] = [performance.now(), this.inner];
      this.inner = 0;
      const result = method(...args);
      const milliseconds = performance.now() - from;
      this.note(name, milliseconds - this.inner);
      this.inner = before + milliseconds;
      return result;
    }) as F;
  }
}

type Step = Pick<StepProfile, 'kernels' | 'stock' | 'allocation'>;
const emptyStep = (): Step => ({ kernels: new Map(), stock: new Map(), allocation: { calls: 0, milliseconds: 0 } });

function count(entry: Entry | undefined, milliseconds: number, work?: KernelWork): Entry {
  const total = entry ?? { calls: 0, milliseconds: 0 };
  const sum = work && {
    operations: (total.work?.operations ?? 0) + work.operations,
    bytes: (total.work?.bytes ?? 0) + work.bytes,
  };
  return { calls: total.calls + 1, milliseconds: total.milliseconds + milliseconds, ...(sum && { work: sum }) };
}

/** Looks at our kernels, tfjs's, and the heap from now on; `start` begins a step and tells what it saw of it. */
function watch() {
  let now = emptyStep();
  const noteIn = (part: 'kernels' | 'stock') => (name: string, ms: number, work?: KernelWork) =>
    now[part].set(name, count(now[part].get(name), ms, work));
  const ours = noteIn('kernels');
  const stock = noteIn('stock');
  const watch = new Stopwatch((name, ms, work) => {
    if (name === 'heap') now.allocation = count(now.allocation, ms);
    else if (name.startsWith('tfjs ')) stock(name.slice(5), ms);
    else ours(name, ms, work);
  });
  const ends = [watchKernels(({ name, milliseconds, work }) => watch.took(name, milliseconds, work))];
  const replace = (owner: object, key: string, name: string) => {
    const object = owner as Record<string, Method>;
    const original = object[key]!;
    object[key] = watch.timed(name, original.bind(owner) as Method);
    ends.push(() => void (object[key] = original));
  };
  const backend = tf.backend();
  for (const method of ['makeOutput', 'disposeData']) replace(backend, method, 'heap');
  for (const kernel of tf.getKernelsForBackend('wasm'))
    if (!kernel.kernelName.startsWith('Ashlar')) replace(kernel, 'kernelFunc', `tfjs ${kernel.kernelName}`);
  return {
    start() {
      const step = (now = emptyStep());
      return () => step;
    },
    end: () => ends.forEach((end) => end()),
  };
}

/** Rows of ids that follow each other; their values decide nothing. */
function batchesOf({ batchSize, model: { contextLength, vocabSize } }: Shape): () => Batch {
  let next = 0;
  const ids = () => Int32Array.from({ length: batchSize * contextLength }, () => (next = (next * 5 + 3) % vocabSize));
  return () => ({ inputIds: ids(), targets: ids() });
}

/**
 * Takes training steps on wasm, on one thread: half of those that nothing looks at, those that are looked at, the other half.
 *
 * @param steps of each kind
 */
export async function profileStep(shape: Shape, steps: number): Promise<StepProfile> {
  await useBackend(wasm());
  const model = new Gpt2({ ...shape.model, activation: 'gelu_new' });
  const { step, dispose } = trainingStep(model, shape.batchSize, trainingOptimizer);
  const batch = batchesOf(shape);
  const take = async () => {
    const of = batch();
    const from = performance.now();
    await step(of, 1e-4);
    return performance.now() - from;
  };
  const unseen = async () => {
    let least = Infinity;
    for (let i = 0; i < steps / 2; i++) least = Math.min(least, await take());
    return least;
  };
  const warmUp = async () => {
    for (let i = 0; i < 5; i++) await take(); // engines compile meanwhile
  };

  await warmUp();
  let stepMs = await unseen();
  const watching = watch();
  await warmUp();
  const seen: (Step & { scriptMs: number })[] = [];
  for (let i = 0; i < steps; i++) {
    const result = watching.start();
    const took = await take();
    const one = result();
    const known = [...one.kernels.values(), ...one.stock.values(), one.allocation];
    seen.push({ ...one, scriptMs: known.reduce((left, { milliseconds }) => left - milliseconds, took) });
  }
  watching.end();
  stepMs = Math.min(stepMs, await unseen());
  dispose();
  model.dispose();
  return { stepMs, ...leastOf(seen) };
}

/** Of each entry the least time; the rest is the same in every step. */
function leastOf(seen: readonly (Step & { scriptMs: number })[]): Omit<StepProfile, 'stepMs'> {
  const least = (entries: readonly Entry[]): Entry => ({
    ...entries[0]!,
    milliseconds: Math.min(...entries.map(({ milliseconds }) => milliseconds)),
  });
  const byName = (part: 'kernels' | 'stock') =>
    new Map([...seen[0]![part].keys()].map((name) => [name, least(seen.map((step) => step[part].get(name)!))]));
  return {
    kernels: byName('kernels'),
    stock: byName('stock'),
    allocation: least(seen.map(({ allocation }) => allocation)),
    scriptMs: Math.min(...seen.map(({ scriptMs }) => scriptMs)),
  };
}
