// the main entry of tfjs-core registers no gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { hostStateDict } from '@ashlar/nn';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Case, Task } from '../suite/case.js';
import { gpt64 } from '../suite/gpt64.js';
import { compare } from '../suite/host.js';
import { Gpt } from '../tfjs/gpt.js';
import { stock } from '../tfjs/products.js';
import { registerUnsortedSegmentSum } from '../tfjs/segment-sum.js';
import { stockStep } from '../tfjs/training-step.js';
import { trainingOptimizer } from '../models.js';
import { wasmPaths } from './wasm-paths.js';
import type { SuiteOrder } from './messages.js';

/** Makes tfjs compute on a backend as it comes, small tensors too. */
export async function openStock(name: SuiteOrder['backend']): Promise<void> {
  if (name === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(wasmPaths);
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    registerUnsortedSegmentSum();
  } else if (name === 'webgl') await import('@tensorflow/tfjs-backend-webgl');
  else await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend(name))) throw new Error(`tfjs has no ${name} here`);
  if (name !== 'wasm') tf.env().set(`${name.toUpperCase()}_CPU_FORWARD`, false);
}

const CHECKED = 16;
const LOGIT_TOLERANCE = 1e-4;

/** A case in stock operations: a product is one already, a training step is written anew. */
export function stockForm(one: Case): Case {
  const task = one.task!();
  return task.kind === 'train' ? { ...one, prepare: () => prepareTraining(task) } : one;
}

async function prepareTraining({ shape, seed, ids, learningRate }: Extract<Task, { kind: 'train' }>) {
  const { batchSize, model: sizes } = shape;
  const model = new Gpt2({ ...sizes, activation: 'gelu_new' }, { seed });
  const state = await hostStateDict(model);
  const weights = new Map(
    [...state].map(([path, { data, shape: axes }]) => [
      path,
      tf.tidy(() => tf.variable(tf.tensor(data as Float32Array, [...axes]))),
    ]),
  );
  const gpt = new Gpt(sizes, weights, stock);
  const first = ids.slice(0, Math.min(CHECKED, sizes.contextLength));
  const logits = tf.tidy(() => gpt.forward(tf.tensor2d(first, [1, first.length], 'int32')).logits);
  const check = compare(
    `the logits in float64 of ${first.length} positions, before the first step`,
    [[await logits.data(), await gpt64(model, first)]],
    LOGIT_TOLERANCE,
  );
  tf.dispose([logits]);
  model.dispose();
  const step = stockStep(gpt, batchSize, trainingOptimizer);
  const batch = { inputIds: ids.slice(0, -1), targets: ids.slice(1) };
  return {
    inputs: [ids],
    isStateful: true,
    async run() {
      await step(batch, learningRate);
      return [];
    },
    check: () => check,
    dispose: () => tf.dispose([...weights.values()]),
  };
}
