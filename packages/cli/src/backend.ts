import { useBackend, type BackendPlugin } from '@ashlar/ops';

export const backendNames = ['wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

// a plugin is loaded only when it is chosen
const plugins: Record<BackendName, () => Promise<BackendPlugin>> = {
  wasm: async () => (await import('@ashlar/ops/wasm')).wasm(),
  cpu: async () => (await import('@ashlar/ops/cpu')).cpu(),
};

/** Makes a backend the one that everything is computed on. */
export async function openBackend(name: BackendName): Promise<void> {
  await useBackend(await plugins[name]());
}
