import { afterEach, expect, test } from 'vitest';
import { provideGpu, type Dawn } from './node-gpu.js';

const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
afterEach(() => {
  if (before) Object.defineProperty(globalThis, 'navigator', before);
  else delete (globalThis as { navigator?: object }).navigator;
});

const dawn = (adapter: object | null): (() => Promise<Dawn>) => {
  const gpu = { requestAdapter: async () => adapter };
  return async () => ({ create: () => gpu, globals: { AshlarTestGlobal: gpu } });
};

test('says in one sentence what to install, and why a package did not load', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(provideGpu(() => Promise.reject(missing))).rejects.toThrow(
    /^webgpu: Node has no WebGPU of its own; run: npm install webgpu @tensorflow\/tfjs-backend-webgpu$/,
  );
  await expect(provideGpu(() => Promise.reject(new Error('bad ELF')))).rejects.toThrow(
    "the npm package 'webgpu' did not load (bad ELF); run:",
  );
});

test('says that there is no adapter, and leaves Node as it was', async () => {
  await expect(provideGpu(dawn(null))).rejects.toThrow("the npm package 'webgpu' found no adapter here");
  expect((globalThis as { navigator?: { gpu?: object } }).navigator?.gpu).toBeUndefined();
  expect('AshlarTestGlobal' in globalThis).toBe(false);
});

test('gives Node navigator.gpu, once', async () => {
  const load = dawn({});
  await provideGpu(load);
  expect((globalThis as unknown as { navigator: { gpu: object } }).navigator.gpu).toBe((await load()).create([]));
  await provideGpu(() => Promise.reject(new Error('loaded again')));
  delete (globalThis as { AshlarTestGlobal?: object }).AshlarTestGlobal;
});
