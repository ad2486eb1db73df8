import { useBackend, type BackendPlugin } from '@ashlar/ops';

export const backendNames = ['wasm', 'cpu', 'webgpu'] as const;
export type BackendName = (typeof backendNames)[number];

/** What a command is told about the backend that it computes on. */
export interface BackendFlags {
  backend: BackendName;
  /** @default 1 */
  threads?: number | 'auto';
}

// a plugin is loaded only when it is chosen
const plugins: Record<BackendName, (threads: number | 'auto') => Promise<BackendPlugin>> = {
  wasm: async (threads) => (await import('@ashlar/ops/wasm')).wasm({ threads }),
  webgpu: async () => (await import('@ashlar/ops/webgpu')).webgpu(),
  cpu: async () => (await import('@ashlar/ops/cpu')).cpu(),
};

/**
 * Makes a backend the one that everything is computed on.
 *
 * @throws Error when it has no threads and several were asked for by number
 */
export async function openBackend({ backend, threads = 1 }: BackendFlags): Promise<void> {
  if (backend !== 'wasm' && threads !== 'auto' && threads > 1)
    throw new Error(`--threads ${threads} needs --backend wasm; ${backend} has none.`);
  await useBackend(await plugins[backend](threads));
}
