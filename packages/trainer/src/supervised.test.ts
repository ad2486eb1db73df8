import { SupervisedDataset, type SupervisedExample } from '@ashlar/data';
import { parameters, type LanguageModel } from '@ashlar/nn';
import { useBackend } from '@ashlar/ops';
import { cpu } from '@ashlar/ops/cpu';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { evaluate, supervisedMicroBatches, supervisedObjective, train, type SupervisedTokenBatch } from './index.js';
import { trainingStep } from './training-step.js';

const contextLength = 12;
const vocabSize = 9;
const [endTokenId, padTokenId] = [7, 8];

/** Questions of unequal length, whose answer is their first token as often as they are long, and the end. */
const examples = Array.from({ length: 10 }, (_, i): SupervisedExample => {
  const prompt = Array.from({ length: 1 + (i % 4) }, (_, k) => (i + k) % 7);
  const answer = [...prompt.map(() => prompt[0]!), endTokenId];
  const inputIds = Int32Array.from([...prompt, ...answer]);
  return { inputIds, labels: inputIds.map((id, k) => (k < prompt.length ? -100 : id)) };
});
const dataset = (packing: boolean, padding = padTokenId) =>
  new SupervisedDataset(examples, { contextLength, padTokenId: padding, packing });
const model = () =>
  new Gpt2({ vocabSize, contextLength, hiddenSize: 8, numLayers: 2, numHeads: 2, dropout: 0 }, { seed: 7 });
const whole = (data: SupervisedDataset, batchSize = 4) =>
  [...data.evaluationBatches(batchSize)].flatMap((batch) => supervisedMicroBatches(batch));

/** One step of training: the weights after it and what it said. */
async function step(batches: readonly SupervisedTokenBatch[]) {
  using trained = model();
  const optimizer = new AdamW(parameters(trained));
  const options = { model: trained, objective: supervisedObjective, optimizer, parameters: parameters(trained) };
  const result = await trainingStep({ ...options, batches, learningRate: 0.01, maxGradNorm: 1, seed: 1, step: 0 });
  optimizer.dispose();
  const weights = new Map([...parameters(trained)].map(([path, variable]) => [path, variable.dataSync().slice()]));
  return { ...result, weights };
}

type Step = Awaited<ReturnType<typeof step>>;

function expectEqualSteps(a: Step, b: Step): void {
  expect(a.weight).toBe(b.weight);
  expect(a.loss).toBeCloseTo(b.loss, 5);
  expect(a.gradNorm).toBeCloseTo(b.gradNorm, 5);
  expect(a.metrics['mean_token_accuracy']).toBeCloseTo(b.metrics['mean_token_accuracy']!, 6);
  expect(a.metrics['entropy']).toBeCloseTo(b.metrics['entropy']!, 5);
  // Adam divides by the size of a gradient: its first step moves each weight by the rate, or not at all
  for (const [path, values] of a.weights)
    values.forEach((value, i) => expect(Math.abs(value - b.weights.get(path)![i]!)).toBeLessThan(1e-4));
}

afterEach(() => expect(tf.memory().numTensors).toBe(0));

describe.each([cpu(), wasm()])('supervisedObjective on $name', (backend) => {
  it('counts tokens, not rows: parts of unequal numbers of tokens make the step of the whole', async () => {
    await useBackend(backend);
    const batch = dataset(false).batch(0, 7, 3);
    const parts = supervisedMicroBatches(batch, 3);
    const learnt = parts.map(({ targets }) => targets.data.filter((target) => target !== -100).length);
    expect(new Set(learnt).size).toBeGreaterThan(1);
    expectEqualSteps(await step(parts), await step(supervisedMicroBatches(batch)));
  });

  it('is the same whatever fills the rows, EOS included', async () => {
    await useBackend(backend);
    const [pad, eos] = [padTokenId, endTokenId].map((id) => whole(dataset(false, id), 10));
    expect(pad![0]!.inputIds.data).not.toEqual(eos![0]!.inputIds.data);
    expect(pad![0]!.targets).toEqual(eos![0]!.targets);
    expectEqualSteps(await step(pad!), await step(eos!));
  });

  it('reports what a direct computation finds', async () => {
    await useBackend(backend);
    using trained = model();
    const [batch] = whole(dataset(false), 10);
    const found = (await evaluate<LanguageModel, SupervisedTokenBatch>(trained, supervisedObjective, [batch!]))!;
    const logits = tf.tidy(() => {
      const { shape, data } = batch!.inputIds;
      return trained
        .forward(tf.tensor(data, shape, 'int32'))
        .dataSync()
        .slice();
    });
    const direct = { loss: 0, correct: 0, entropy: 0, weight: 0 };
    (batch!.targets.data as Int32Array).forEach((target, i) => {
      if (target === -100) return;
      const row = Array.from(logits.subarray(i * vocabSize, (i + 1) * vocabSize));
      const total = row.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const logProbs = row.map((logit) => logit - Math.log(total));
      direct.weight++;
      direct.loss -= logProbs[target]!;
      direct.correct += Number(row.indexOf(Math.max(...row)) === target);
      direct.entropy -= logProbs.reduce((sum, logProb) => sum + Math.exp(logProb) * logProb, 0);
    });
    expect(found.weight).toBe(direct.weight);
    expect(found.loss).toBeCloseTo(direct.loss / direct.weight, 5);
    expect(found.metrics['mean_token_accuracy']).toBeCloseTo(direct.correct / direct.weight, 6);
    expect(found.metrics['entropy']).toBeCloseTo(direct.entropy / direct.weight, 5);
  });

  it('gives packed rows the loss and the gradients of the examples alone', async () => {
    await useBackend(backend);
    const packed = whole(dataset(true));
    expect(packed.reduce((rows, { inputIds }) => rows + inputIds.shape[0]!, 0)).toBeLessThan(examples.length / 1.5);
    expect(packed.every(({ positions, segments }) => positions && segments)).toBe(true);
    expectEqualSteps(await step(packed), await step(whole(dataset(false), 1)));
  });
});

it('learns to answer and to end', async () => {
  await useBackend(wasm());
  using trained = model();
  const optimizer = new AdamW(parameters(trained), { weightDecay: 0 });
  const data = dataset(true);
  const run = train<Gpt2, SupervisedTokenBatch>({
    model: trained,
    objective: supervisedObjective,
    optimizer,
    steps: 150,
    batches: (step) => supervisedMicroBatches(data.batch(step, 4, 1), 2),
    schedule: () => 0.02,
  });
  for await (const event of run) if (event.type === 'step') expect(event.loss).toBeGreaterThan(0);
  optimizer.dispose();
  // evaluated one example a row: what was learnt in packed rows holds alone
  const { loss, metrics } = (await evaluate<LanguageModel, SupervisedTokenBatch>(
    trained,
    supervisedObjective,
    whole(dataset(false)),
  ))!;
  expect(loss).toBeLessThan(0.2);
  expect(metrics['mean_token_accuracy']).toBeGreaterThan(0.95);
});

describe('supervisedMicroBatches', () => {
  it('cuts all that a batch holds between rows', () => {
    const batch = dataset(true).batch(0, 5, 1);
    const parts = supervisedMicroBatches(batch, 2);
    expect(parts.map(({ inputIds }) => inputIds.shape)).toEqual([
      [2, batch.seqLength],
      [3, batch.seqLength],
    ]);
    for (const name of ['inputIds', 'targets', 'positions', 'segments'] as const)
      expect(parts.flatMap((part) => Array.from(part[name]!.data))).toEqual(Array.from(batch[name]!));
    expect(Object.keys(supervisedMicroBatches(dataset(false).batch(0, 2, 1))[0]!)).toEqual(['inputIds', 'targets']);
    expect(() => supervisedMicroBatches(batch, 6)).toThrow('5 rows cannot be cut into 6');
  });
});
