import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gelu, useBackend } from '../src/index.js';
import { webglOnDevice, webgpuOnDevice } from './browser.js';

afterEach(() => void vi.restoreAllMocks());

/** Parts of tfjs's GPU backends. */
interface Gpu {
  runWebGLProgram(...args: unknown[]): tf.TensorInfo;
  runWebGPUProgram(...args: unknown[]): tf.TensorInfo;
}

describe.each([
  { plugin: webglOnDevice(), method: 'runWebGLProgram' },
  { plugin: webgpuOnDevice(), method: 'runWebGPUProgram' },
] as const)('$plugin.name', ({ plugin, method }) => {
  test('small tensors are computed on the device, by programs', async () => {
    await useBackend(plugin);
    const run = vi.spyOn(tf.backend() as unknown as Gpu, method);
    const y = tf.tidy(() => gelu(tf.tensor1d([1, 2])));
    expect((await y.data())[1]).toBeCloseTo(1.9545, 3);
    expect(run.mock.calls.length).toBeGreaterThan(3);
    y.dispose();
  });
});

test('webgpu reports a shader that does not compile', async () => {
  const plugin = webgpuOnDevice();
  await useBackend(plugin);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const broken = {
    variableNames: ['x'],
    outputShape: [4],
    shaderKey: 'broken',
    workgroupSize: [64, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [1, 1, 1],
    size: true,
    getUserCode: () => 'fn main(index : i32) { this is not a shader }',
  };
  const x = tf.ones([4]);
  expect(plugin.problems!()).toEqual([]);
  const info = (tf.backend() as unknown as Gpu).runWebGPUProgram(broken, [x], 'float32');
  const y = tf.engine().makeTensorFromTensorInfo(info);
  await y.data();
  await vi.waitFor(() => expect(plugin.problems!().join()).toMatch(/shader/i));
  tf.dispose([x, y]);
});
