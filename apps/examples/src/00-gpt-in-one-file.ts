// The whole of GPT in one file: parameters, attention, blocks, the loss, the optimizer, and a poem learnt by heart.
// Every part has a package of its own with the same names; this is the map.
import { adamW, attention, crossEntropy, embedding, gelu, layerNorm, linear, useBackend } from '@ashlar/ops';
import { wasm } from '@ashlar/ops/wasm';
import { initialize, Module, normal, ones, parameter, parameters, valueAndGradients } from '@ashlar/nn';
import * as tf from '@tensorflow/tfjs-core';
import { jabberwocky } from '@ashlar/data';

const hiddenSize = 64;
const numHeads = 4;
const contextLength = 32;
const characters = [...new Set(jabberwocky)].sort();
const ids = Int32Array.from([...jabberwocky], (character) => characters.indexOf(character));

/** One layer: the tokens look at each other, then each thinks for itself; both add to the residual stream. */
class Block extends Module {
  norm1 = parameter([hiddenSize], ones);
  qkv = parameter([3 * hiddenSize, hiddenSize], normal({ std: 0.02 }));
  out = parameter([hiddenSize, hiddenSize], normal({ std: 0.02 }));
  norm2 = parameter([hiddenSize], ones);
  up = parameter([4 * hiddenSize, hiddenSize], normal({ std: 0.02 }));
  down = parameter([hiddenSize, 4 * hiddenSize], normal({ std: 0.02 }));

  forward(x: tf.Tensor): tf.Tensor {
    const [q, k, v] = tf.split(linear(layerNorm(x, this.norm1, null), this.qkv, null), 3, -1); // [batch, seq, hidden]
    const seen = attention(q!, k!, v!, { numHeads }); // causal: a token sees itself and its past
    const y = tf.add(x, linear(seen, this.out, null));
    const thought = gelu(linear(layerNorm(y, this.norm2, null), this.up, null)); // [batch, seq, 4 * hidden]
    return tf.add(y, linear(thought, this.down, null));
  }
}

class Gpt extends Module {
  tokens = parameter([characters.length, hiddenSize], normal({ std: 0.02 }));
  positions = parameter([contextLength, hiddenSize], normal({ std: 0.02 }));
  blocks = [new Block(), new Block()];
  norm = parameter([hiddenSize], ones);

  /** ids `[batch, seq]` to logits `[batch, seq, vocab]`: for every position, a score for each possible next token */
  forward(tokens: tf.Tensor): tf.Tensor {
    const place = tf.range(0, tokens.shape[1]!, 1, 'int32');
    let x = tf.add(embedding(tokens, this.tokens), embedding(place, this.positions)); // [batch, seq, hidden]
    for (const block of this.blocks) x = block.forward(x);
    return linear(layerNorm(x, this.norm, null), this.tokens, null); // the output head is the embedding again
  }
}

const int32 = (rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');

/** A batch of random pieces of the poem, and the same pieces one character further on: what is to be predicted. */
function batch(step: number, size = 16): [tf.Tensor, tf.Tensor] {
  const pieces = Array.from({ length: size }, (_, i) => ((step * size + i) * 37) % (ids.length - contextLength));
  const cut = (from: number) => pieces.map((start) => [...ids.subarray(start + from, start + from + contextLength)]);
  return [int32(cut(0)), int32(cut(1))];
}

export async function main(steps = 500, log = console.log): Promise<{ losses: number[]; text: string }> {
  await useBackend(wasm());
  using model = initialize(new Gpt(), { seed: 1 });
  const weights = parameters(model);
  const all = [...weights.values()];
  const moments = () => all.map((weight) => tf.tidy(() => tf.variable(tf.zeros(weight.shape), false)));
  const [firstMoments, secondMoments] = [moments(), moments()];
  const weightDecays = all.map(() => 0);
  const losses: number[] = [];

  for (let step = 1; step <= steps; step++) {
    tf.tidy(() => {
      const [inputs, targets] = batch(step);
      const { value, gradients } = valueAndGradients(
        () => tf.mean(crossEntropy(model.forward(inputs), targets)) as tf.Scalar,
        weights,
      );
      const state = { parameters: all, gradients: [...gradients.values()], firstMoments, secondMoments };
      const learningRate = 3e-3 * (1 - step / (steps + 1));
      adamW({ ...state, weightDecays }, { learningRate, beta1: 0.9, beta2: 0.99, eps: 1e-8, step });
      losses.push(value.dataSync()[0]!);
    });
    if (step % 50 === 0) log(`step ${step}: loss ${losses.at(-1)!.toFixed(3)}`);
  }

  let text = "'Twas";
  while (text.length < 130) {
    const seen = [...text].slice(-contextLength).map((character) => characters.indexOf(character));
    const next = tf.tidy(() => tf.argMax(model.forward(int32([seen])), -1).dataSync().at(-1)!); // prettier-ignore
    text += characters[next];
  }
  log(text);
  tf.dispose([firstMoments, secondMoments]);
  return { losses, text };
}
