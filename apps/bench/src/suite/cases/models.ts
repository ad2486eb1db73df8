import { parameters, valueAndGradients } from '@ashlar/nn';
import { Gpt2, parameterAccount, type Gpt2Config } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../../job.js';
import { shapes, trainingOptimizer, type Shape } from '../../models.js';
import { batchLoss, trainingStep } from '../../training-step.js';
import type { Case, Check } from '../case.js';
import { gpt64 } from '../gpt64.js';
import { compare, integers } from '../host.js';

interface Size extends Shape {
  name: string;
  config: Gpt2Config;
}

const size = (name: string, { model, batchSize }: Shape): Size => ({
  name,
  model,
  batchSize,
  config: { ...model, activation: 'gelu_new' },
});

const nano = size('nano', shapes.nano);
const configA = size('configA', shapes['config-a']);
const hidden256 = size('hidden256', shapes['hidden-256']);
const hidden384 = size('hidden384', shapes['hidden-384']);

const SEED = 5;
const FLOAT64 = 'the logits in float64';
/** In logits, which are within about 1 of zero here. */
const LOGIT_TOLERANCE = 1e-4;
/** Of the loss over a central difference: float32 sums leave it this much. */
const SLOPE_TOLERANCE = 1e-2;

/** Operations of a forward pass over `tokens` positions in rows of `seq`: products with weights, and half of attention's. */
function forwardFlops(config: Gpt2Config, tokens: number, seq: number): number {
  const { numLayers, hiddenSize, vocabSize } = config;
  const matrices = 12 * numLayers * hiddenSize ** 2 + vocabSize * hiddenSize;
  return 2 * matrices * tokens + 2 * numLayers * tokens * seq * hiddenSize;
}

const LEARNING_RATE = 1e-3;
const CHECKED = 16;

function trainCase({ name, config, ...shape }: Size): Case {
  const { batchSize } = shape;
  const { contextLength: seq, vocabSize } = config;
  const work = `train.step.f32.${name}`;
  const tokens = batchSize * seq;
  const drawnIds = () => integers(`${work}/ids`, tokens + 1, vocabSize);
  return {
    work,
    group: 'train',
    dtype: 'f32',
    params: { ...sizes(config), batchSize },
    // backward is two products for each of forward, and attention's five for two
    flops: 3 * forwardFlops(config, tokens, seq) + config.numLayers * tokens * seq * config.hiddenSize,
    amount: { unit: 'tokens', count: tokens },
    task: () => ({ kind: 'train', shape, seed: SEED, ids: drawnIds(), learningRate: LEARNING_RATE }),
    prepare() {
      const model = new Gpt2(config, { seed: SEED });
      const ids = drawnIds();
      const batch: Batch = { inputIds: ids.slice(0, tokens), targets: ids.slice(1) };
      const { step, dispose } = trainingStep(model, batchSize, trainingOptimizer);
      return {
        inputs: [ids],
        async run() {
          await step(batch, LEARNING_RATE);
          return [];
        },
        check: () => checkTraining(model, batch, [batchSize, seq]),
        dispose() {
          dispose();
          model.dispose();
        },
      };
    },
  };
}

/** Logits against float64, and the gradient against the slope of the loss along it. */
async function checkTraining(model: Gpt2, batch: Batch, shape: [number, number]): Promise<Check> {
  const ids = batch.inputIds.slice(0, Math.min(CHECKED, shape[1]));
  const logits = tf.tidy(() => model.forward(tf.tensor2d(ids, [1, ids.length], 'int32')));
  const close = compare(
    `${FLOAT64} of ${ids.length} positions, and the slope of the loss along its gradient`,
    [[await logits.data(), await gpt64(model, ids)]],
    LOGIT_TOLERANCE,
  );
  logits.dispose();

  const weights = parameters(model);
  const { value, gradients } = valueAndGradients(() => batchLoss(model, batch, shape), weights);
  const read = async (tensor: tf.Tensor) => {
    const [number] = await tensor.data();
    tensor.dispose();
    return number!;
  };
  // one after the other: WebGPU adds at most seven tensors at once
  const square = await read(
    tf.tidy(() => [...gradients.values()].map((g) => tf.sum(tf.square(g))).reduce((a, b) => tf.add(a, b))),
  );
  const saved = tf.tidy(() => [...weights.values()].map((weight) => tf.keep(tf.add(weight, 0))));
  /** The loss after a step of `by` gradients. */
  const lossAfter = (by: number) => {
    tf.tidy(() => {
      for (const [path, gradient] of gradients)
        weights.get(path)!.assign(tf.add(weights.get(path)!, tf.mul(gradient, by)));
    });
    const loss = batchLoss(model, batch, shape);
    [...weights.values()].forEach((weight, i) => weight.assign(saved[i]!));
    return read(loss);
  };
  const slopeOver = async (by: number) => ((await lossAfter(by)) - (await lossAfter(-by))) / (2 * by);
  // moves the loss by half a percent to either side; half of that tells how far it is bent
  const distance = (0.005 * (await lossAfter(0))) / square;
  const differenceOver = async (by: number) =>
    Math.abs((4 * (await slopeOver(by / 2)) - (await slopeOver(by))) / 3 / square - 1);
  let slopeDifference = Infinity;
  // some steps lead to where the loss bends more sharply; a wrong gradient agrees over no distance
  for (let by = distance; by > distance / 20 && !(slopeDifference <= SLOPE_TOLERANCE); by /= 4)
    slopeDifference = Math.min(slopeDifference, await differenceOver(by));
  tf.dispose([value, ...gradients.values(), ...saved]);
  return { ...close, slopeDifference, pass: close.pass && slopeDifference <= SLOPE_TOLERANCE };
}

const sizes = (config: Gpt2Config) => {
  const { numLayers, numHeads, hiddenSize, contextLength, vocabSize } = config;
  return {
    numLayers,
    numHeads,
    hiddenSize,
    contextLength,
    vocabSize,
    parameters: parameterAccount(config).actual.total,
  };
};

function prefillCase({ name, config, ...shape }: Size): Case {
  const seq = config.contextLength / 2;
  const work = `generate.prefill.f32.${name}`;
  const drawnIds = () => integers(`${work}/ids`, seq, config.vocabSize);
  return {
    work,
    group: 'generate',
    dtype: 'f32',
    params: { ...sizes(config), prompt: seq },
    flops: forwardFlops(config, seq, seq),
    amount: { unit: 'tokens', count: seq },
    task: () => ({ kind: 'generate', shape, seed: SEED, prompt: drawnIds(), tokens: 0 }),
    prepare() {
      const model = new Gpt2(config, { seed: SEED });
      const ids = drawnIds();
      return {
        inputs: [ids],
        run() {
          const cache = model.createCache(1);
          const logits = tf.tidy(() => model.forward(tf.tensor2d(ids, [1, seq], 'int32'), { cache, logitsToKeep: 1 }));
          cache.dispose();
          return [logits];
        },
        check: async ([logits]) =>
          compare(
            FLOAT64,
            [[await logits!.data(), lastRow(await gpt64(model, ids), config.vocabSize)]],
            LOGIT_TOLERANCE,
          ),
        dispose: () => model.dispose(),
      };
    },
  };
}

const lastRow = (logits: Float64Array, vocabSize: number) => logits.subarray(logits.length - vocabSize);

const DECODED = 16;

function decodeCase({ name, config, ...shape }: Size): Case {
  const work = `generate.decode.f32.${name}`;
  const prompt = config.contextLength / 2;
  const drawnIds = () => integers(`${work}/ids`, prompt, config.vocabSize);
  const bytes = 4 * (12 * config.numLayers * config.hiddenSize ** 2 + config.vocabSize * config.hiddenSize);
  return {
    work,
    group: 'generate',
    dtype: 'f32',
    params: { ...sizes(config), prompt, tokens: DECODED },
    bytes: DECODED * bytes,
    amount: { unit: 'tokens', count: DECODED },
    task: () => ({ kind: 'generate', shape, seed: SEED, prompt: drawnIds(), tokens: DECODED }),
    async prepare() {
      const model = new Gpt2(config, { seed: SEED });
      const ids = drawnIds();
      const cache = model.createCache(1);
      const read = async (tokens: ArrayLike<number>) => {
        const logits = tf.tidy(() =>
          model.forward(tf.tensor2d(Int32Array.from(tokens), [1, tokens.length], 'int32'), { cache, logitsToKeep: 1 }),
        );
        const values = (await logits.data()).slice() as Float32Array;
        logits.dispose();
        return values;
      };
      const first = largest(await read(ids));
      let decoded: number[] = [];
      let last = new Float32Array();
      return {
        inputs: [ids],
        async run() {
          decoded = [first];
          for (let i = 0; i < DECODED; i++) {
            last = (await read([decoded.at(-1)!])) as Float32Array<ArrayBuffer>;
            decoded.push(largest(last));
          }
          cache.truncate(prompt);
          return [];
        },
        async check() {
          const seen = [...ids, ...decoded.slice(0, -1)];
          const expected = lastRow(await gpt64(model, seen), config.vocabSize);
          return compare(`${FLOAT64} after ${DECODED} decoded tokens`, [[last, expected]], LOGIT_TOLERANCE);
        },
        dispose() {
          cache.dispose();
          model.dispose();
        },
      };
    },
  };
}

const largest = (values: ArrayLike<number>) => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
};

export const train: readonly Case[] = [nano, configA, hidden256, hidden384].map(trainCase);
export const generation: readonly Case[] = [configA, hidden384].flatMap((one) => [prefillCase(one), decodeCase(one)]);
