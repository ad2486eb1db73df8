import * as tf from '@tensorflow/tfjs-core';
import { checkInternals } from './internals.js';

/** A backend of tfjs with our kernels: what `cpu()`, `wasm()`, `webgl()` and `webgpu()` return. */
export interface BackendPlugin {
  /** The backend's name in tfjs. */
  readonly name: string;
  /** Makes it tfjs's backend and registers its kernels. May be called again. */
  activate(): Promise<void>;
  /** What the device reported since the last call, on backends that report errors late. */
  problems?(): string[];
}

/**
 * Chooses the backend that everything runs on, once, before the first tensor is made.
 *
 * @throws Error while tensors of another backend live, when the backend cannot start here, or when the installed tfjs
 *   lacks the internals we rely on
 */
export async function useBackend(plugin: BackendPlugin): Promise<void> {
  const engine = tf.engine();
  const current = engine.backendName;
  const { numTensors } = engine.state;
  if (current && current !== plugin.name && numTensors > 0)
    throw new Error(
      `useBackend: ${numTensors} ${numTensors === 1 ? 'tensor lives' : 'tensors live'} on '${current}', so '${plugin.name}' cannot take over; dispose of them or choose the backend first`,
    );
  await plugin.activate();
  await tf.ready();
  if (tf.getBackend() !== plugin.name)
    throw new Error(`useBackend: '${plugin.name}' did not become tfjs's backend; it is '${tf.getBackend()}'`);
  checkInternals();
}
