import * as tf from '@tensorflow/tfjs-core';
import * as ops from '../dist/index.js';

const random = (...shape) => tf.randomNormal(shape, 0, 1, 'float32', 1);
const integers = (limit, ...shape) => tf.randomUniform(shape, 0, limit, 'int32', 1);

/** Forward and backward of `f`, as a training step runs them. */
const withGradients =
  (f) =>
  (...xs) => {
    const { value, grads } = tf.engine().gradients(
      () => tf.sum(f(...xs)),
      xs.filter((x) => x.dtype === 'float32'),
    );
    return [value, ...grads];
  };

const causalMask = (seq) =>
  tf.tensor(
    Float32Array.from({ length: seq * seq }, (_, i) => (i % seq > Math.floor(i / seq) ? -1e9 : 0)),
    [seq, seq],
  );

/** Attention as one writes it in plain tfjs. */
function plainAttention(q, k, v, numHeads) {
  const [batch, seq, width] = q.shape;
  const heads = (x) => tf.transpose(tf.reshape(x, [batch, seq, numHeads, width / numHeads]), [0, 2, 1, 3]);
  const scores = tf.mul(tf.matMul(heads(q), heads(k), false, true), Math.sqrt(numHeads / width));
  const weights = tf.softmax(tf.add(scores, causalMask(seq)));
  return tf.reshape(tf.transpose(tf.matMul(weights, heads(v)), [0, 2, 1, 3]), [batch, seq, width]);
}

function plainLayerNorm(x, gain, bias) {
  const { mean, variance } = tf.moments(x, -1, true);
  return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain), bias);
}

function plainCrossEntropy(logits, targets) {
  const picked = tf.cast(tf.oneHot(targets, logits.shape[1]), 'float32');
  return tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), picked), -1));
}

const plainGelu = (x) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2))));

const betas = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-8, step: 3 };

/** One optimizer step on 50 matrices of 128 x 128, in plain tfjs and in one call. */
function plainAdamW({ parameters, gradients, firstMoments, secondMoments }) {
  const { learningRate, beta1, beta2, eps, step } = betas;
  parameters.forEach((parameter, i) => {
    const [m, v] = [firstMoments[i], secondMoments[i]];
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradients[i], 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradients[i]), 1 - beta2)));
    const update = tf.div(tf.div(m, 1 - beta1 ** step), tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** step)), eps));
    parameter.assign(tf.sub(tf.mul(parameter, 1 - learningRate * 0.1), tf.mul(update, learningRate)));
  });
}
function optimizerState() {
  const variables = () => Array.from({ length: 50 }, () => tf.variable(tf.abs(random(128, 128))));
  const [parameters, gradients, firstMoments, secondMoments] = [variables(), variables(), variables(), variables()];
  return { parameters, gradients, firstMoments, secondMoments, weightDecays: parameters.map(() => 0.1) };
}

const matMul = (a, b, transposeA = false, transposeB = false) => {
  const [rows, columns] = a.slice(-2);
  const work = 2 * a.slice(0, -2).reduce((x, y) => x * y, 1) * rows * columns * b.at(transposeB ? -2 : -1);
  const plain = (x, y) => tf.matMul(x, y, transposeA, transposeB);
  const name = `[${a}]${transposeA ? 'ᵀ' : ''} x [${b}]${transposeB ? 'ᵀ' : ''}`;
  return { name, work, make: () => [random(...a), random(...b)], plain, ours: plain };
};

/**
 * One entry a kernel: `make` its arguments, run them in `plain` tfjs and as `ours` does; `work` counts float operations
 * where a fraction of the peak means something.
 */
export const cases = [
  matMul([512, 512], [512, 512]),
  matMul([768, 128], [128, 512]),
  matMul([768, 128], [512, 128], false, true),
  matMul([768, 512], [768, 128], true),
  matMul([768, 128], [65, 128], false, true),
  matMul([48, 64, 32], [48, 64, 32], false, true),
  matMul([48, 64, 64], [48, 64, 32]),
  matMul([1, 768], [3072, 768], false, true),
  {
    name: 'gelu [768, 512], forward and backward',
    make: () => [random(768, 512)],
    plain: withGradients(plainGelu),
    ours: withGradients((x) => ops.gelu(x)),
  },
  ...[
    [12, 64, 128],
    [1, 1024, 128],
  ].map((shape) => ({
    name: `attention [${shape}], 4 heads, forward and backward`,
    make: () => [random(...shape), random(...shape), random(...shape)],
    plain: withGradients((q, k, v) => plainAttention(q, k, v, 4)),
    ours: withGradients((q, k, v) => ops.attention(q, k, v, { numHeads: 4 })),
  })),
  {
    name: 'layerNorm [768, 128], forward and backward',
    make: () => [random(768, 128), random(128), random(128)],
    plain: withGradients(plainLayerNorm),
    ours: withGradients((x, gain, bias) => ops.layerNorm(x, gain, bias)),
  },
  ...[
    [768, 65],
    [32, 50257],
  ].map(([rows, vocab]) => ({
    name: `crossEntropy [${rows}, ${vocab}], forward and backward`,
    make: () => [random(rows, vocab), integers(vocab, rows)],
    plain: withGradients(plainCrossEntropy),
    ours: withGradients((logits, targets) => ops.crossEntropy(logits, targets)),
  })),
  {
    name: 'AdamW, 819,200 parameters in 50 tensors',
    make: () => [optimizerState()],
    plain: plainAdamW,
    ours: (state) => ops.adamW(state, betas),
  },
  {
    name: 'transpose [12, 64, 3, 4, 32] to [3, 12, 4, 64, 32]',
    make: () => [random(12, 64, 3, 4, 32)],
    plain: (x) => tf.transpose(x, [2, 0, 3, 1, 4]),
    ours: (x) => tf.transpose(x, [2, 0, 3, 1, 4]),
  },
  {
    name: 'sum of [768, 512] over axis 0',
    make: () => [random(768, 512)],
    plain: (x) => tf.sum(x, 0),
    ours: (x) => tf.sum(x, 0),
  },
  {
    name: 'split [768, 384] in three',
    make: () => [random(768, 384)],
    plain: (x) => tf.split(x, 3, 1),
    ours: (x) => tf.split(x, 3, 1),
  },
];
