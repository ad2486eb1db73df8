import * as tf from '@tensorflow/tfjs-core';

/** Makes `name` tfjs's backend. @throws Error with `hint` when it cannot start */
export async function start(name: string, hint: string): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`${name}: the backend did not start here; ${hint}`);
}
