import { applyLora } from '@ashlar/lora';
import { numParameters, parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW, clipByGlobalNorm } from '@ashlar/optim';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { ratioOf, timesOf } from '../statistics.js';
import type { Task } from './task.js';

const BATCH = 2;
const sizes = { vocabSize: 65, contextLength: 256, hiddenSize: 384, numLayers: 6, numHeads: 6, bias: false };
const ROUNDS = 15;
/** A step with adapters may take this share of a full one. */
const BAR = 0.85;

/** A step of everything that trains in `model`: forward, backward, clipping, AdamW, the loss read back; milliseconds. */
function stepOf(model: Gpt2, ids: tf.Tensor): () => number {
  const weights = parameters(model);
  const optimizer = new AdamW(weights);
  const loss = () => tf.mean(crossEntropy(model.forward(ids), ids)) as tf.Scalar;
  return () => {
    const start = performance.now();
    tf.tidy(() => {
      const { value, gradients } = valueAndGradients(loss, weights);
      const { scale } = clipByGlobalNorm(gradients, 1);
      optimizer.step(gradients, { learningRate: 1e-4, gradientScale: scale });
      value.dataSync();
    });
    return performance.now() - start;
  };
}

/** The time of a training step with LoRA r8 on all linears, beside one of the whole model, in turns in one process. */
export const loraStep: Task = {
  description: 'time of a training step with LoRA r8 on all linears beside a full one, hidden 384',
  async run({ say }) {
    await useBackend(wasm());
    const [whole, adapted] = [new Gpt2(sizes), new Gpt2(sizes)];
    applyLora(adapted, { rank: 8, alpha: 16 });
    const random = new RandomStream(1, 'ids');
    const values = Array.from({ length: BATCH * sizes.contextLength }, (_, i) => random.uint32(i) % sizes.vocabSize);
    const ids = tf.tensor2d(values, [BATCH, sizes.contextLength], 'int32');
    const contestants = [whole, adapted].map((model) => ({ step: stepOf(model, ids), rounds: [] as number[][] }));
    for (const { step } of contestants) for (let i = 0; i < 2; i++) step();
    for (let round = 0; round < ROUNDS; round++)
      for (const { step, rounds } of round % 2 === 0 ? contestants : [...contestants].reverse()) rounds.push([step()]);

    const [full, lora] = contestants.map(({ rounds }) => rounds) as [number[][], number[][]];
    const ratio = ratioOf(lora, full);
    const rows = { full: timesOf(full.flat()), lora: timesOf(lora.flat()) };
    const trainable = { full: numParameters(whole), lora: numParameters(adapted) };
    const cells = (name: 'full' | 'lora') => {
      const { min, median, p10, p90 } = rows[name];
      return `| ${name} | ${trainable[name]} | ${[min, median, p10, p90].map((ms) => ms.toFixed(0)).join(' | ')} |`;
    };
    say(`ratio of each round: ${lora.map((ms, i) => (ms[0]! / full[i]![0]!).toFixed(3)).join(' ')}`);
    return {
      text: [
        '| step | trainable | best ms | median | 10 % | 90 % |',
        '| --- | ---: | ---: | ---: | ---: | ---: |',
        cells('full'),
        cells('lora'),
        '',
        `LoRA takes ${ratio.median.toFixed(3)} of a full step (${ratio.min.toFixed(3)} to ${ratio.max.toFixed(3)} over ${ROUNDS} rounds)`,
      ].join('\n'),
      result: { model: sizes, batchSize: BATCH, rounds: ROUNDS, trainable, ms: rows, ratio, bar: BAR },
      misses:
        ratio.median <= BAR
          ? []
          : [`a step with LoRA takes ${ratio.median.toFixed(3)} of a full one, more than ${BAR}`],
    };
  },
};
