import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gelu, useBackend } from '../src/index.js';
import { webglOnDevice, webgpuOnDevice } from './browser.js';

/** Parts of tfjs's GPU backends. */
interface Gpu {
  gpgpu: { gl: WebGL2RenderingContext };
  device: { destroy(): void; lost: Promise<unknown> };
}
const gpu = () => tf.backend() as unknown as Gpu;

const lose = {
  webgl: async () => gpu().gpgpu.gl.getExtension('WEBGL_lose_context')!.loseContext(),
  async webgpu() {
    gpu().device.destroy();
    await gpu().device.lost;
  },
};

test.each([webglOnDevice(), webgpuOnDevice()])(
  '$name says at the next use that it was lost, and goes on saying so',
  async (plugin) => {
    await useBackend(plugin);
    const x = tf.tensor1d([1, 2]);
    const y = gelu(x);
    expect((await y.data())[1]).toBeCloseTo(1.9545, 3);

    await lose[plugin.name as keyof typeof lose]();
    const sentence =
      /^webg(l: the context|pu: the device) was lost.*, and with it all tensors: load the page or start the process again$/;
    expect(() => gelu(x)).toThrow(sentence);
    expect(plugin.problems!()).toEqual([expect.stringContaining('was lost')]);
    expect(plugin.problems!()).toEqual([]);
    expect(() => gelu(x)).toThrow(sentence);
    await expect(useBackend(plugin)).rejects.toThrow(sentence);
    tf.dispose([x, y]);
  },
);
