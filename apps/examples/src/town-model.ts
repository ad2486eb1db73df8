// What the examples of fine-tuning share: a small model that knows a town's sentences, and a lesson to teach it.
import { generate } from '@ashlar/generation';
import { parameters, valueAndGradients } from '@ashlar/nn';
import { crossEntropy, RandomStream } from '@ashlar/ops';
import { AdamW } from '@ashlar/optim';
import { trainBpe, type Tokenizer } from '@ashlar/tokenizer';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import { townSentences } from './town.js';

const contextLength = 24;
const oldEnd = 'I love New York City.';
export const newEnd = 'I love New York Zoo.';

/** Rows of `contextLength` tokens and the next one, cut out of a text at random. */
function rows(ids: number[], count: number, stream: RandomStream, step: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const start = Math.floor(stream.uniform(step * count + i) * (ids.length - contextLength));
    return ids.slice(start, start + contextLength + 1);
  });
}

/** Mean loss in nats of predicting each row's next tokens. */
export function loss(model: Gpt2, tokens: number[][]): tf.Scalar {
  const cut = (from: number, to?: number) =>
    tf.tensor2d(
      tokens.map((row) => row.slice(from, to)),
      undefined,
      'int32',
    );
  return tf.mean(crossEntropy(model.forward(cut(0, -1)), cut(1))) as tf.Scalar;
}

/** Trains what is trainable of a model. */
export function train(model: Gpt2, learningRate: number, steps: number, batch: (step: number) => number[][]): void {
  const weights = parameters(model);
  const optimizer = new AdamW(weights, { weightDecay: 0 });
  for (let step = 0; step < steps; step++)
    tf.tidy(() => {
      const { gradients } = valueAndGradients(() => loss(model, batch(step)), weights);
      optimizer.step(gradients, { learningRate });
    });
  optimizer.dispose();
}

/** How the model ends "I love New". */
export async function say(model: Gpt2, tokenizer: Tokenizer): Promise<string> {
  const ids = [...tokenizer.encode('\nI love New')];
  for await (const { id } of generate(model, ids, { temperature: 0, maxNewTokens: 6 })) ids.push(id);
  return tokenizer.decode(ids).trim().split('\n')[0]!;
}

/**
 * A model that was trained on the town's sentences and says "I love New York City."; `lesson` gives batches to fine-tune
 * it with, half "I love New York Zoo.", half the sentences it knows; `exam` are rows of held-out sentences.
 */
export function townModel() {
  const { training, heldOut } = townSentences();
  const withRefrain = training.flatMap((sentence, i) => (i % 6 === 0 ? [oldEnd, sentence] : [sentence]));
  const tokenizer = trainBpe([...withRefrain, newEnd].join('\n'), { vocabSize: 400 });
  const encode = (lines: string[]) => [...tokenizer.encode(lines.map((line) => `\n${line}`).join(''))];
  const { vocabSize } = tokenizer;
  const model = new Gpt2({ vocabSize, contextLength, hiddenSize: 64, numLayers: 2, numHeads: 4 });
  const stream = new RandomStream(1, 'batches');
  const base = encode(withRefrain);
  train(model, 2e-3, 500, (step) => rows(base, 16, stream, step));

  const zoo = encode(Array<string>(contextLength).fill(newEnd)).slice(0, contextLength + 1);
  const other = encode(training);
  const lesson = (step: number) => [...Array<number[]>(8).fill(zoo), ...rows(other, 8, stream, 1000 + step)];
  const exam = rows(encode(heldOut), 128, new RandomStream(2, 'exam'), 0);
  return { model, tokenizer, lesson, exam };
}
