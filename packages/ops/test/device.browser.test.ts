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

/** Counts what the GPU is told to compute: draws, or dispatches. */
const commands = {
  webgl: () => vi.spyOn(WebGL2RenderingContext.prototype, 'drawElements'),
  webgpu: () => vi.spyOn(compute.prototype, 'dispatchWorkgroups'),
};
const compute = (globalThis as unknown as { GPUComputePassEncoder: { prototype: { dispatchWorkgroups(): void } } })
  .GPUComputePassEncoder;

describe.each([webglOnDevice(), webgpuOnDevice()])('$name', (plugin) => {
  test('small tensors are computed on the device, a stock and a fused op by one program each', async () => {
    await useBackend(plugin);
    const run = commands[plugin.name as 'webgl' | 'webgpu']();
    const x = tf.tensor1d([1, 2]);
    tf.dispose([tf.add(x, x), gelu(x)]); // is on the device afterwards, where that has a program of its own
    const programs = (f: () => void) => {
      const before = run.mock.calls.length;
      f();
      return run.mock.calls.length - before;
    };
    expect(programs(() => tf.add(x, x).dispose())).toBe(1);
    let y: tf.Tensor;
    expect(programs(() => (y = gelu(x)))).toBe(1);
    expect((await y!.data())[1]).toBeCloseTo(1.9545, 3);
    tf.dispose([x, y!]);
  });
});

test('webgl throws for a shader that does not compile', async () => {
  await useBackend(webglOnDevice());
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const x = tf.ones([4]);
  const broken = { variableNames: ['x'], outputShape: [4], userCode: 'void main() { this is not a shader }' };
  expect(() => (tf.backend() as unknown as Gpu).runWebGLProgram(broken, [x], 'float32')).toThrow(/compile/);
  x.dispose();
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
