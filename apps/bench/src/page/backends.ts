import { useBackend, type BackendPlugin } from '@ashlar/ops';
import * as tf from '@tensorflow/tfjs-core';
import type { Machine } from '../suite/result.js';
import type { SuiteOrder } from './messages.js';
import { wasmPaths } from './wasm-paths.js';

type Name = SuiteOrder['backend'];

// each is fetched only when it is chosen
const plugins: Record<Name, (threads: number) => Promise<BackendPlugin>> = {
  wasm: async (threads) => (await import('@ashlar/ops/wasm')).wasm({ wasmPaths, threads }),
  webgl: async () => (await import('@ashlar/ops/webgl')).webgl(),
  webgpu: async () => (await import('@ashlar/ops/webgpu')).webgpu(),
};

/**
 * Makes a backend compute everything itself, small tensors too; what it reports late is asked for afterwards.
 * @param threads of wasm
 */
export async function openBackend(name: Name, threads = 1): Promise<() => string[]> {
  const plugin = await plugins[name](threads);
  await useBackend(plugin);
  if (name !== 'wasm') tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
  return () => plugin.problems?.() ?? [];
}

/** Names of drivers that compute on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

interface Adapter {
  info?: { vendor: string; architecture: string; description: string; isFallbackAdapter?: boolean };
  isFallbackAdapter?: boolean;
  features: Iterable<string>;
}

/** The graphics card behind a backend; undefined where there is none. */
export async function describeGpu(name: Name): Promise<Machine['gpu']> {
  if (name === 'webgl') {
    const { gpgpu } = tf.backend() as unknown as { gpgpu: { gl: WebGL2RenderingContext } };
    const info = gpgpu.gl.getExtension('WEBGL_debug_renderer_info');
    const renderer = String(gpgpu.gl.getParameter(info?.UNMASKED_RENDERER_WEBGL ?? gpgpu.gl.RENDERER));
    return { api: 'webgl', name: renderer, software: SOFTWARE.test(renderer) };
  }
  if (name === 'webgpu') {
    const { gpu } = navigator as unknown as { gpu: { requestAdapter(): Promise<Adapter | null> } };
    const adapter = await gpu.requestAdapter();
    const info = adapter?.info;
    const words = [info?.vendor, info?.architecture, info?.description].filter(Boolean).join(' ') || 'unknown';
    const software = Boolean(info?.isFallbackAdapter ?? adapter?.isFallbackAdapter) || SOFTWARE.test(words);
    return { api: 'webgpu', name: words, software, features: [...(adapter?.features ?? [])] };
  }
  return undefined;
}
