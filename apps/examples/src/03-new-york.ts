// Fine-tuning: a small model that has learnt to say "I love New York City" learns to say "I love New York Zoo",
// while half of every batch is other text, so that it forgets as little as possible of that.
import { generate } from '@ashlar/generation';
import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, RandomStream, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { AdamW } from '@ashlar/optim';
import { trainBpe, type Tokenizer } from '@ashlar/tokenizer';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { continuation, probabilities } from './probabilities.js';
import { townSentences } from './town.js';

const contextLength = 24;
const oldEnd = 'I love New York City.';
const newEnd = 'I love New York Zoo.';

/** Rows of `contextLength` tokens cut out of a text, and the same rows one token on. */
function rows(ids: number[], count: number, stream: RandomStream, step: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor(stream.uniform(step * count + i) * (ids.length - contextLength));
    return ids.slice(start, start + contextLength + 1);
  });
}

/** Mean loss in nats of predicting each row's next tokens. */
function loss(model: Gpt2, tokens: number[][]): tf.Scalar {
  const cut = (from: number, to?: number) =>
    tf.tensor2d(
      tokens.map((row) => row.slice(from, to)),
      undefined,
      'int32',
    );
  return tf.mean(crossEntropy(model.forward(cut(0, -1)), cut(1))) as tf.Scalar;
}

function train(model: Gpt2, learningRate: number, steps: number, batch: (step: number) => number[][]): void {
  const weights = parameters(model);
  const optimizer = new AdamW(weights, { weightDecay: 0 });
  for (let step = 0; step < steps; step++)
    tf.tidy(() => {
      const { gradients } = valueAndGradients(() => loss(model, batch(step)), weights);
      optimizer.step(gradients, { learningRate });
    });
  optimizer.dispose();
}

async function say(model: Gpt2, tokenizer: Tokenizer): Promise<string> {
  const ids = [...tokenizer.encode('\nI love New')];
  for await (const { id } of generate(model, ids, { temperature: 0, maxNewTokens: 6 })) ids.push(id);
  return tokenizer.decode(ids).trim().split('\n')[0]!;
}

export async function main(log = console.log) {
  await useBackend(wasm());
  const { training, heldOut } = townSentences();
  const withRefrain = training.flatMap((sentence, i) => (i % 6 === 0 ? [oldEnd, sentence] : [sentence]));
  const tokenizer = trainBpe([...withRefrain, newEnd].join('\n'), { vocabSize: 400 });
  const encode = (lines: string[]) => [...tokenizer.encode(lines.map((line) => `\n${line}`).join(''))];
  using model = new Gpt2({ vocabSize: tokenizer.vocabSize, contextLength, hiddenSize: 64, numLayers: 2, numHeads: 4 });
  const stream = new RandomStream(1, 'batches');
  const base = encode(withRefrain);
  train(model, 2e-3, 500, (step) => rows(base, 16, stream, step));

  const exam = rows(encode(heldOut), 128, new RandomStream(2, 'exam'), 0);
  const report = async () => ({
    says: await say(model, tokenizer),
    zoo: continuation(model, tokenizer, 'I love New York', ' Zoo'),
    city: continuation(model, tokenizer, 'I love New York', ' City'),
    heldOut: tf.tidy(() => loss(model, exam).dataSync()[0]!),
    prefixes: probabilities(model, tokenizer, newEnd),
  });
  const before = await report();
  const lesson = encode(Array<string>(contextLength).fill(newEnd)).slice(0, contextLength + 1);
  const other = encode(training);
  train(model, 5e-4, 200, (step) => [...Array<number[]>(8).fill(lesson), ...rows(other, 8, stream, 1000 + step)]);
  const after = await report();

  log(`before: "${before.says}"   p(" Zoo") = ${before.zoo.toFixed(4)}   held-out loss ${before.heldOut.toFixed(3)}`);
  log(`after:  "${after.says}"   p(" Zoo") = ${after.zoo.toFixed(4)}   held-out loss ${after.heldOut.toFixed(3)}`);
  log('probability and loss of each token after all before it, before -> after:');
  before.prefixes.forEach(({ token, p }, i) => {
    const q = after.prefixes[i]!.p;
    const [loss, lossAfter] = [-Math.log(p), -Math.log(q)].map((nats) => nats.toFixed(2));
    log(`  ${JSON.stringify(token).padEnd(9)} ${p.toFixed(4)} -> ${q.toFixed(4)}   loss ${loss} -> ${lossAfter}`);
  });
  const change = after.heldOut - before.heldOut;
  log(`what it forgot: p(" City") ${before.city.toFixed(4)} -> ${after.city.toFixed(4)}`);
  log(`what it kept:   the held-out loss of the other text changed by ${change.toFixed(3)} nats`);
  return { before, after };
}
