/** What the npm package `webgpu` exports. */
export interface Dawn {
  create(options: string[]): { requestAdapter(): Promise<object | null> };
  /** `GPUBuffer`, `GPUBufferUsage` and so on. */
  globals: Record<string, unknown>;
}

const inNode = () => typeof process === 'object' && Boolean(process.versions?.node) && typeof document === 'undefined';

/**
 * Gives Node what a page has: `navigator.gpu` and the constructors beside it, from the npm package `webgpu` (Dawn). Does
 * nothing where they are there already.
 *
 * @throws Error when the package is not installed, or finds no adapter
 */
export async function provideGpu(load: () => Promise<Dawn> = dawn): Promise<void> {
  const { navigator } = globalThis as { navigator?: { gpu?: object } };
  if (navigator?.gpu || !inNode()) return;
  const { create, globals } = await load().catch((cause: unknown) => {
    throw notLoaded(cause);
  });
  const gpu = create([]);
  if (!(await gpu.requestAdapter()))
    throw new Error(
      "webgpu: the npm package 'webgpu' found no adapter here; it needs a GPU with a Vulkan, Metal or Direct3D 12 driver.",
    );
  Object.assign(globalThis, globals);
  if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
}

async function dawn(): Promise<Dawn> {
  // a name that bundlers do not see: pages must not carry it
  const name = 'webgpu';
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Dawn;
}

function notLoaded(cause: unknown): Error {
  const { code, message } = cause as { code?: string; message: string };
  const why = code === 'ERR_MODULE_NOT_FOUND' ? '' : ` and the npm package 'webgpu' did not load (${message})`;
  return new Error(
    `webgpu: Node has no WebGPU of its own${why}; run: npm install webgpu @tensorflow/tfjs-backend-webgpu`,
    { cause },
  );
}
