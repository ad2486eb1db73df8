import { useBackend, type BackendPlugin } from '@ashlar/ops';

/** What can compute in a browser, best first. */
export const backendNames = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];

export const backendLabels: Record<BackendName, string> = {
  webgpu: 'WebGPU (graphics card)',
  webgl: 'WebGL (graphics card)',
  wasm: 'WebAssembly (processor)',
  cpu: 'plain JavaScript (slow)',
};

// each is fetched only when it is chosen
const plugins: Record<BackendName, () => Promise<BackendPlugin>> = {
  webgpu: async () => (await import('@ashlar/ops/webgpu')).webgpu(),
  webgl: async () => (await import('@ashlar/ops/webgl')).webgl(),
  wasm: async () => {
    const { wasm } = await import('@ashlar/ops/wasm');
    const { wasmPaths } = await import('./wasm-paths.js');
    return wasm({ wasmPaths });
  },
  cpu: async () => (await import('@ashlar/ops/cpu')).cpu(),
};

export async function openBackend(name: BackendName): Promise<void> {
  await useBackend(await plugins[name]());
}

/** Whether this browser has what a backend needs, without loading it. */
async function isAvailable(name: BackendName): Promise<boolean> {
  if (name === 'webgpu') {
    const { gpu } = navigator as {
      gpu?: { requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean } } | null> };
    };
    return Boolean(await gpu?.requestAdapter().catch(() => null));
  }
  if (name === 'webgl') return Boolean(new OffscreenCanvas(1, 1).getContext('webgl2'));
  return name === 'wasm' ? typeof WebAssembly === 'object' : true;
}

/** The backends of this browser, best first; an emulated graphics card comes after everything real. */
export async function probeBackends(): Promise<BackendName[]> {
  const found: BackendName[] = [];
  for (const name of backendNames) if (await isAvailable(name)) found.push(name);
  if (!(await hasGraphicsCard())) found.sort((a, b) => Number(isGraphics(a)) - Number(isGraphics(b)));
  return found;
}

const isGraphics = (name: BackendName) => name === 'webgpu' || name === 'webgl';

/** A software renderer trains tens of times slower than WebAssembly on the same processor. */
async function hasGraphicsCard(): Promise<boolean> {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  const renderer = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  return Boolean(gl) && !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
