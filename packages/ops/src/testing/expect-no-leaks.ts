import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `step` twice and checks that the second time leaves as many tensors and bytes as it found. The first time may
 * make what lasts (optimizer slots, caches). What `step` returns is not disposed of.
 *
 * @throws Error with the counts
 */
export async function expectNoLeaks(step: () => void | Promise<void>): Promise<void> {
  await step();
  const before = tf.memory();
  const [tensors, buffers, bytes] = [before.numTensors, before.numDataBuffers, before.numBytes];
  await step();
  const after = tf.memory();
  if (after.numTensors !== tensors || after.numDataBuffers !== buffers || after.numBytes !== bytes)
    throw new Error(
      `leak: ${tensors} tensors, ${buffers} buffers, ${bytes} bytes before; ${after.numTensors}, ${after.numDataBuffers}, ${after.numBytes} after`,
    );
}
