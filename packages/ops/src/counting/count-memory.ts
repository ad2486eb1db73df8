import * as tf from '@tensorflow/tfjs-core';
import { checkInternals } from '../backend/internals.js';
import { CountingBackend } from './counting-backend.js';
import { Ledger, type Held } from './ledger.js';
import { stockShapes } from './stock-shapes.js';

/** Where a backend with kernels of ours says how they are counted. */
export const countingKey = Symbol.for('@ashlar/ops counting');

const prefix = 'counting for ';

/** What a backend gives for counting. */
export interface Countable {
  /** A backend for the same kernels that computes nothing. */
  backend(ledger: Ledger): CountingBackend;
  /** Bytes that it can hold at most. */
  limit: number;
}

/** What was held when it was most. */
export interface MemoryCount {
  bytes: number;
  held: readonly Held[];
}

const countable = () => (tf.backend() as { [countingKey]?: Countable })[countingKey];

/** Bytes that the current backend can hold at most: of wasm's 4 GiB what tfjs leaves; null where no limit is known. */
export const memoryLimit = (): number | null => countable()?.limit ?? null;

/** Whether a `countMemory` runs: tensors have no values. */
export const isCounting = (): boolean => tf.getBackend().startsWith(prefix);

/**
 * Runs `f` without computing: every tensor that it makes has a shape and no values, so that sizes that no machine could
 * hold cost nothing. What a tape saves and what is freed when is what a run does.
 *
 * On wasm the kernels are its own, with their outputs, residuals and scratch: what its heap holds. On cpu it is the sum of
 * tensors, those of the references included. On webgl and webgpu all fused ops are counted as their references, more than
 * the programs of those backends take; what a graphics driver adds (padding of textures, buffers kept for later) is unknown.
 *
 * @param f synchronous; disposes of what it makes. It names what comes next by the function it is given
 * @returns the most bytes that are held at a time, and by what
 */
export function countMemory(f: (phase: (name: string) => void) => void): MemoryCount {
  const ledger = new Ledger();
  const name = `${prefix}${tf.getBackend()}`;
  const backend = countable()?.backend(ledger) ?? new CountingBackend(ledger);
  register(name);
  // variables outlive scopes, also that of an `f` that throws
  const before = new Set(variables());
  const made = () => variables().filter((variable) => !before.has(variable));
  const engine = tf.engine() as unknown as { backendName: string; backendInstance: tf.KernelBackend };
  const { backendName, backendInstance } = engine;
  Object.assign(engine, { backendName: name, backendInstance: backend });
  try {
    tf.tidy(() => f((phase) => void (ledger.phase = phase)));
  } finally {
    for (const variable of made()) variable.dispose();
    Object.assign(engine, { backendName, backendInstance });
  }
  return ledger.peak;
}

const variables = (): tf.Variable[] => Object.values(tf.engine().state.registeredVariables);

/** Registers what is missing: our own kernels as they are, tfjs's as shapes. */
function register(backendName: string): void {
  checkInternals();
  // programs for a GPU are more than shapes: there the references are counted
  for (const kernel of countable() ? tf.getKernelsForBackend(tf.getBackend()) : [])
    if (kernel.kernelName.startsWith('Ashlar') && !tf.getKernel(kernel.kernelName, backendName))
      tf.registerKernel({ ...kernel, backendName });
  for (const [kernelName, kernel] of Object.entries(stockShapes()))
    if (!tf.getKernel(kernelName, backendName))
      tf.registerKernel({
        kernelName,
        backendName,
        kernelFunc: ({ inputs, attrs, backend }) =>
          kernel(backend as CountingBackend, inputs as Record<string, tf.TensorInfo>, (attrs ?? {}) as Record<string, unknown>), // prettier-ignore
      });
}
