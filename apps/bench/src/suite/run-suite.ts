import { registerGradients } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Case } from './case.js';
import { isOnProcessor, type Proof, type Result } from './result.js';
import { openPeak } from '../roofline.js';
import { runCase, type Budget } from './run-case.js';

/** Switches of tfjs that say where something was computed. */
const FLAGS = ['WEBGL_CPU_FORWARD', 'WEBGPU_CPU_FORWARD', 'WEBGL_VERSION', 'WEBGL_RENDER_FLOAT32_ENABLED', 'WASM_HAS_SIMD_SUPPORT', 'WASM_HAS_MULTITHREAD_SUPPORT']; // prettier-ignore

/** How long each loop of the peak is run after a case. */
const PEAK_MS = 30;

/** The smallest step that this clock shows, in milliseconds. */
export function clockStep(): number {
  let least = Infinity;
  for (let i = 0; i < 20; i++) {
    const from = performance.now();
    let now = from;
    while (now === from) now = performance.now();
    least = Math.min(least, now - from);
  }
  return least;
}

export interface SuiteRun {
  results: Result[];
  proof: Proof;
}

/** Runs cases one after the other on the backend in use. `onResult` hears of each as soon as it is done. */
export async function runSuite(
  cases: readonly Case[],
  options: {
    budget: Budget;
    isSlow: boolean;
    named?: readonly string[] | undefined;
    onCase?: (work: string) => void;
    onResult?: (results: Result[]) => void;
  },
): Promise<SuiteRun> {
  registerGradients();
  const backend = tf.getBackend() as Result['backend'];
  const resultsIn = memoryOfResults(backend);
  const results: Result[] = [];
  const peak = isOnProcessor(backend) ? await openPeak() : undefined;
  peak?.();
  for (const one of cases) {
    options.onCase?.(one.work);
    const ran = await runCase(one, {
      backend,
      budget: options.budget,
      // what is asked for by its name may take its time
      isSlow: options.isSlow && !options.named?.includes(one.work),
      clockStep: clockStep(),
    });
    if (tf.getBackend() !== backend) throw new Error(`${one.work}: the backend became ${tf.getBackend()}.`);
    // beside each, since a core is not always as fast
    const beside = one.flops !== undefined && !one.onHost ? peak?.(PEAK_MS, PEAK_MS) : undefined;
    const found = beside === undefined ? ran : ran.map((result) => ({ ...result, peakPerSecond: beside }));
    results.push(...found);
    options.onResult?.(found);
  }
  return { results, proof: { backend, flags: flags(backend), resultsIn } };
}

function flags(backend: string): Proof['flags'] {
  const names = FLAGS.filter((name) => name.startsWith(backend.toUpperCase()));
  return Object.fromEntries(names.map((name) => [name, tf.env().get(name) as boolean | number]));
}

/** What a backend keeps of a tensor, as far as we look at it. */
interface Store {
  texData?: { get(id: object): { texture?: unknown } };
  tensorMap?: { get(id: object): { resource?: unknown } };
  dataIdMap?: { get(id: object): { memoryOffset?: number } | undefined };
  data?: { get(id: object): { values?: unknown } };
}

/**
 * Where the backend in use keeps the product of two small matrices.
 * @throws Error when that is not the memory of this backend
 */
function memoryOfResults(backend: string): string {
  return tf.tidy(() => {
    const product = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8]));
    const { texData, tensorMap, dataIdMap, data } = tf.backend() as unknown as Store;
    const places: Record<string, [name: string, isThere: boolean]> = {
      webgl: ['a texture of WebGL', !!texData?.get(product.dataId).texture],
      webgpu: ['a buffer of WebGPU', !!tensorMap?.get(product.dataId).resource],
      wasm: ['the memory of WebAssembly', (dataIdMap?.get(product.dataId)?.memoryOffset ?? 0) > 0],
      cpu: ['a JavaScript array', !!data?.get(product.dataId).values],
    };
    const [name, isThere] = places[backend] ?? ['', false];
    if (!isThere) throw new Error(`The product of two matrices is not in the memory of ${backend}.`);
    return name;
  });
}
