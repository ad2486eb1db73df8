import * as tf from '@tensorflow/tfjs-core';
import {
  attention,
  cacheAppend,
  checkpointed,
  RandomStream,
  referenceGradient,
  registerGradients,
  type BackendPlugin,
} from '../../src/index.js';
import { expectClose } from '../../src/testing/index.js';
import { onBackend, type BackendTest, type TestBody } from '../../src/testing/backend-test.js';
import { block, lossOf, makeModel, makeMoments, share, trainStep, variables, type Model } from './model.js';

export interface SpikeOptions {
  /** Losses of the first steps on cpu. */
  losses: readonly number[];
  tolerance?: number;
}

/** What everything stands on: each seam of the design, forward and backward, on one backend. */
export function spike(plugin: BackendPlugin, { losses, tolerance = 1e-5 }: SpikeOptions): BackendTest[] {
  const bodies: TestBody[] = [
    { name: 'the losses of the first steps are those of cpu', body: () => losesAsExpected(losses, tolerance) },
    {
      name: '1,000 steps: flat tensors and bytes, falling loss, a reference that does not move',
      body: () => manySteps(1000),
    },
    { name: 'a checkpointed block inside a custom gradient', body: () => checkpointInside(tolerance) },
    { name: 'a cache filled in chunks gives what the whole sequence gives', body: () => cachedAttention(tolerance) },
  ];
  return onBackend(plugin, bodies);
}

/** Losses of the first `steps` steps on the current backend. */
export async function firstLosses(steps: number): Promise<number[]> {
  registerGradients();
  const model = makeModel();
  const moments = makeMoments(model);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = trainStep(model, moments, step);
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  tf.dispose([variables(model), moments.firstMoments, moments.secondMoments]);
  return losses;
}

async function losesAsExpected(expected: readonly number[], tolerance: number): Promise<void> {
  const found = await firstLosses(expected.length);
  await expectClose(found, expected, { tolerance, scale: 1, name: 'losses' });
}

async function manySteps(steps: number): Promise<void> {
  registerGradients();
  const before = tf.memory().numTensors;
  const policy = makeModel();
  const initial = await Promise.all(variables(policy).map((variable) => variable.data().then((data) => data.slice())));
  const reference = share(policy);
  const moments = makeMoments(policy);
  const losses: tf.Scalar[] = [];
  let flat: { numTensors: number; numBytes: number; numDataBuffers: number } | undefined;
  for (let step = 0; step < steps; step++) {
    const loss = trainStep(policy, moments, step);
    if (step === 0 || step === steps - 1) losses.push(loss);
    else loss.dispose();
    if (step % 50 === 49) await policy.bias.data(); // do not let a GPU's queue grow
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    if (step === 1) flat = { numTensors, numBytes, numDataBuffers };
    else if (
      flat &&
      step < steps - 1 &&
      !(numTensors === flat.numTensors && numBytes === flat.numBytes && numDataBuffers === flat.numDataBuffers)
    )
      // prettier-ignore
      throw new Error(`step ${step}: ${numTensors} tensors, ${numBytes} bytes; ${flat.numTensors}, ${flat.numBytes} at step 1`);
  }
  const [first, last] = [(await losses[0]!.data())[0]!, (await losses[1]!.data())[0]!];
  if (!(last < 0.5 * first)) throw new Error(`the loss went from ${first} to ${last}`);
  for (const [i, variable] of variables(reference).entries())
    await expectClose(variable, initial[i]!, { tolerance: 0, name: `variable ${i} of the reference` });
  tf.dispose([variables(policy), variables(reference), moments.firstMoments, moments.secondMoments, losses]);
  if (tf.memory().numTensors !== before) throw new Error(`${tf.memory().numTensors - before} tensors are left`);
}

/** Gradients of the loss for all variables, read. */
async function gradientsOf(model: Model, f: () => tf.Scalar): Promise<ArrayLike<number>[]> {
  const { value, grads } = tf.tidy(() => tf.engine().gradients(f, variables(model)));
  const read = await Promise.all(grads.map((grad) => grad.data()));
  tf.dispose([value, grads]);
  return read;
}

async function checkpointInside(tolerance: number): Promise<void> {
  registerGradients();
  const model = makeModel();
  const before = tf.memory().numTensors;
  const recomputed = checkpointed((x) => block(model, x));
  // f(x) = block(block(x)); its gradient is taken inside a custom gradient, through the checkpointed block
  const twice = (x: tf.Tensor) => recomputed(recomputed(x));
  const custom = (x: tf.Tensor) =>
    tf.customGrad((input, save) => {
      (save as tf.GradSaveFunc)([input as tf.Tensor]);
      return {
        value: twice(input as tf.Tensor),
        gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => referenceGradient(twice, [saved!], dy),
      };
    })(x);
  const plain = await gradientsOf(model, () => lossOf(model, 0, (x) => block(model, block(model, x))));
  const checkpointedOnly = await gradientsOf(model, () => lossOf(model, 0, twice));
  for (const [i, gradient] of plain.entries())
    await expectClose(checkpointedOnly[i]!, gradient, { tolerance, absolute: tolerance, name: `gradient ${i}, checkpointed` }); // prettier-ignore
  // a custom gradient hides the block's own variables: compare that of the table, which comes before it
  const table = async (f: (x: tf.Tensor) => tf.Tensor) => {
    const { value, grads } = tf.tidy(() => tf.engine().gradients(() => lossOf(model, 0, f), [model.table]));
    const read = await grads[0]!.data();
    tf.dispose([value, grads]);
    return read;
  };
  await expectClose(await table(custom), await table((x) => block(model, block(model, x))), { tolerance, absolute: tolerance, name: 'gradient of the table' }); // prettier-ignore
  if (tf.memory().numTensors !== before) throw new Error(`${tf.memory().numTensors - before} tensors are left`);
  tf.dispose(variables(model));
}

async function cachedAttention(tolerance: number): Promise<void> {
  const before = tf.memory().numTensors;
  const [batch, seq, numHeads, numKvHeads, headDim, capacity] = [2, 7, 4, 2, 3, 9];
  const draw = (name: string, heads: number) =>
    tf.tensor(new RandomStream(3, name).normalArray(batch * seq * heads * headDim), [batch, seq, heads * headDim]);
  const [q, k, v] = [draw('q', numHeads), draw('k', numKvHeads), draw('v', numKvHeads)];
  const whole = attention(q, k, v, { numHeads, numKvHeads });
  let keys: tf.Tensor = tf.zeros([batch, capacity, numKvHeads * headDim]);
  let values: tf.Tensor = tf.zeros([batch, capacity, numKvHeads * headDim]);
  const chunks: tf.Tensor[] = [];
  for (const [from, length] of [
    [0, 3],
    [3, 1],
    [4, 1],
    [5, 2],
  ] as const)
    // prettier-ignore
    chunks.push(
      tf.tidy(() => {
        const position = tf.scalar(from, 'int32');
        const part = (x: tf.Tensor) => tf.slice(x, [0, from, 0], [-1, length, -1]);
        const append = (cache: tf.Tensor, x: tf.Tensor) => {
          const next = tf.keep(cacheAppend(cache, part(x), position));
          if (next !== cache) cache.dispose();
          return next;
        };
        [keys, values] = [append(keys, k), append(values, v)];
        return attention(part(q), keys, values, { numHeads, numKvHeads, queryOffset: position });
      }),
    );
  const cached = tf.concat(chunks, 1);
  await expectClose(cached, await whole.data(), { tolerance, name: 'cached attention' });
  tf.dispose([q, k, v, whole, keys, values, cached, chunks]);
  if (tf.memory().numTensors !== before) throw new Error(`${tf.memory().numTensors - before} tensors are left`);
}
