import '@tensorflow/tfjs-backend-wasm';
import { parameters } from '@ashlar/nn';
import { registerGradients } from '@ashlar/ops';
import { Gpt2 } from '@ashlar/transformer';
import * as tf from '@tensorflow/tfjs-core';
import type { Competitor } from './competitor.js';
import { job } from './job.js';

const { numLayers, numHeads, hiddenSize, vocabSize } = job.model;

/**
 * The same model in tfjs's own ops and kernels on wasm. Ashlar lends the initial weights and registers tfjs's gradients,
 * which tfjs-core alone lacks; its plugin, which would replace kernels, is never loaded.
 */
export async function plainTfjs(): Promise<Competitor> {
  await tf.setBackend('wasm');
  await tf.ready();
  registerGradients();
  const weights = parameters(new Gpt2(job.model));
  const variables = [...weights.values()];
  const moments = variables.map((v) => [tf.variable(tf.zerosLike(v)), tf.variable(tf.zerosLike(v))] as const);
  let steps = 0;
  return {
    step: (inputIds, targets) =>
      tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => meanLoss(weights, inputIds, targets), variables);
        const gradients = variables.map((v) => grads[v.name]!);
        const norm = tf.sqrt(tf.addN(gradients.map((g) => tf.sum(tf.square(g)))));
        const scale = tf.minimum(tf.div(job.maxGradNorm, tf.add(norm, 1e-6)), 1);
        steps++;
        variables.forEach((v, i) => adamW(v, tf.mul(gradients[i]!, scale), moments[i]!, steps));
        return value;
      }),
  };
}

function meanLoss(weights: Map<string, tf.Variable>, ids: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const w = (path: string) => weights.get(`${path}.weight`)!;
  const [batch, seq] = ids.shape;
  // tfjs's wasm backend has no gradient of gather, and its one-hot is right in int32 only
  const oneHot = (x: tf.Tensor) => tf.cast(tf.oneHot(tf.reshape(x, [batch * seq]), vocabSize), 'float32');
  const positions = tf.tile(tf.slice(w('wpe'), [0, 0], [seq, hiddenSize]), [batch, 1]);
  let x: tf.Tensor = tf.add(tf.matMul(oneHot(ids), w('wte')), positions); // [batch * seq, hidden]
  for (let layer = 0; layer < numLayers; layer++) {
    const at = (path: string) => w(`h.${layer}.${path}`);
    const attended = attention(matMulTransposed(norm(x, at('ln_1')), at('attn.c_attn')), batch, seq);
    x = tf.add(x, matMulTransposed(attended, at('attn.c_proj')));
    const inner = gelu(matMulTransposed(norm(x, at('ln_2')), at('mlp.c_fc')));
    x = tf.add(x, matMulTransposed(inner, at('mlp.c_proj')));
  }
  const logProbs = tf.logSoftmax(matMulTransposed(norm(x, w('ln_f')), w('wte')));
  return tf.neg(tf.div(tf.sum(tf.mul(logProbs, oneHot(targets))), batch * seq));
}

const matMulTransposed = (x: tf.Tensor, weight: tf.Tensor) =>
  tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D, false, true);

function norm(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centered), -1, true);
  return tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, 1e-5))), gain);
}

function attention(qkv: tf.Tensor, batch: number, seq: number): tf.Tensor {
  const heads = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, seq, numHeads, -1]), [0, 2, 1, 3]);
  const [q, k, v] = tf.split(qkv, 3, -1).map(heads) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const future = tf.mul(tf.sub(1, tf.linalg.bandPart(tf.ones([seq, seq]), -1, 0)), -1e9);
  const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), Math.sqrt(numHeads / hiddenSize)), future);
  const y = tf.matMul(tf.softmax(scores), v); // [batch, head, seq, headDim]
  return tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [batch * seq, hiddenSize]);
}

const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

function adamW(v: tf.Variable, gradient: tf.Tensor, [m, s]: readonly [tf.Variable, tf.Variable], step: number): void {
  const { betas, eps, learningRate, weightDecay } = job;
  m.assign(tf.add(tf.mul(m, betas[0]), tf.mul(gradient, 1 - betas[0])));
  s.assign(tf.add(tf.mul(s, betas[1]), tf.mul(tf.square(gradient), 1 - betas[1])));
  const denominator = tf.add(tf.div(tf.sqrt(s), Math.sqrt(1 - betas[1] ** step)), eps);
  const decayed = v.rank >= 2 ? tf.mul(v, 1 - learningRate * weightDecay) : v;
  v.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), learningRate / (1 - betas[0] ** step))));
}
