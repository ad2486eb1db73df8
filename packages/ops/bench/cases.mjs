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

/** Root-mean-square norm, and the two forms with a residual, whose gradient flows through both results. */
const plainRmsNorm = (x, gain) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), gain);
const both = ([sum, y]) => tf.add(sum, y);
const withResidual =
  (norm) =>
  (x, residual, ...parameters) => {
    const sum = tf.add(x, residual);
    return both([sum, norm(sum, ...parameters)]);
  };

const plainSwiglu = (gate, up) => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);

/** Halves of each head turned, as one writes it with tables of whole heads. */
function plainRotary(x, { cos, sin }, numHeads) {
  const [batch, seq, width] = x.shape;
  const heads = tf.reshape(x, [batch, seq, numHeads, width / numHeads]);
  const whole = (table) => tf.reshape(tf.concat([table, table], 1), [1, seq, 1, width / numHeads]);
  const [a, b] = tf.split(heads, 2, -1);
  const turned = tf.concat([tf.neg(b), a], -1);
  return tf.reshape(tf.add(tf.mul(heads, whole(cos)), tf.mul(turned, whole(sin))), x.shape);
}

/** PyTorch's label smoothing. */
function plainSmoothed(logits, targets) {
  const logProbs = tf.logSoftmax(logits);
  const picked = tf.cast(tf.oneHot(targets, logits.shape[1]), 'float32');
  const ofTarget = tf.sum(tf.mul(logProbs, picked), -1);
  return tf.neg(tf.add(tf.mul(ofTarget, 0.9), tf.mul(tf.mean(logProbs, -1), 0.1)));
}

/** Temperature and top-k on the device, then one draw from a cumulative sum. */
function plainSample(logits) {
  const scaled = tf.div(logits, 0.8);
  const least = tf.min(tf.topk(scaled, 50).values, 1, true);
  const probabilities = tf.softmax(tf.where(tf.greaterEqual(scaled, least), scaled, -1e9));
  return tf.sum(tf.cast(tf.lessEqual(tf.cumsum(probabilities, 1), tf.randomUniform([logits.shape[0], 1])), 'int32'), 1);
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

/** A weight of random codes; plain tfjs, which has none in few bits, multiplies by one in float32. */
function quantizedWeight(scheme, rows, columns) {
  const blockSize = scheme === 'int8' ? columns : 64;
  const bytes = (rows * columns) / (scheme === 'int8' ? 1 : 2);
  const codes = tf.tensor1d(
    Uint8Array.from({ length: 3 * Math.ceil(bytes / 3) }, (_, i) => (i * 7919) % 255),
    'bool',
  );
  return { scheme, shape: [rows, columns], blockSize, codes, scales: random((rows * columns) / blockSize) };
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
  {
    name: 'addLayerNorm [768, 128], forward and backward',
    make: () => [random(768, 128), random(768, 128), random(128), random(128)],
    plain: withGradients(withResidual(plainLayerNorm)),
    ours: withGradients((...xs) => both(ops.addLayerNorm(...xs))),
  },
  {
    name: 'rmsNorm [768, 128], forward and backward',
    make: () => [random(768, 128), random(128)],
    plain: withGradients(plainRmsNorm),
    ours: withGradients((x, gain) => ops.rmsNorm(x, gain)),
  },
  {
    name: 'addRmsNorm [768, 128], forward and backward',
    make: () => [random(768, 128), random(768, 128), random(128)],
    plain: withGradients(withResidual(plainRmsNorm)),
    ours: withGradients((...xs) => both(ops.addRmsNorm(...xs))),
  },
  {
    name: 'swiglu [768, 512], forward and backward',
    make: () => [random(768, 512), random(768, 512)],
    plain: withGradients(plainSwiglu),
    ours: withGradients((gate, up) => ops.swiglu(gate, up)),
  },
  {
    name: 'rotary [12, 64, 128], 4 heads, forward and backward',
    make: () => [random(12, 64, 128), ops.rotaryTables({ maxPositions: 64, rotaryDim: 32 })],
    plain: (x, tables) => withGradients((y) => plainRotary(y, tables, 4))(x),
    ours: (x, tables) => withGradients((y) => ops.rotary(y, tables, { numHeads: 4 }))(x),
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
    name: 'crossEntropy [768, 1024], smoothed, forward and backward',
    make: () => [random(768, 1024), integers(1024, 768)],
    plain: withGradients(plainSmoothed),
    ours: withGradients((logits, targets) => ops.crossEntropy(logits, targets, { labelSmoothing: 0.1 })),
  },
  {
    name: 'tokenLogProbs [768, 1024], forward and backward',
    make: () => [random(768, 1024), integers(1024, 768)],
    plain: withGradients((logits, targets) => tf.neg(plainCrossEntropy(logits, targets))),
    ours: withGradients((logits, targets) => ops.tokenLogProbs(logits, targets)),
  },
  {
    name: 'linearCrossEntropy [512, 128], 8192 classes, forward and backward',
    make: () => [random(512, 128), random(8192, 128), integers(8192, 512)],
    plain: withGradients((x, head, targets) => plainCrossEntropy(tf.matMul(x, head, false, true), targets)),
    ours: withGradients((x, head, targets) => ops.linearCrossEntropy(x, head, targets)),
  },
  ...[1, 512].flatMap((rows) =>
    ['int8', 'nf4'].map((scheme) => ({
      name: `quantizedLinear [${rows}, 384] x [1536, 384]ᵀ, ${scheme}`,
      make: () => [random(rows, 384), quantizedWeight(scheme, 1536, 384), random(1536, 384)],
      plain: (x, _, weight) => tf.matMul(x, weight, false, true),
      ours: (x, weight) => ops.quantizedLinear(x, weight),
    })),
  ),
  {
    name: 'sampleTokens [1, 50257], temperature 0.8, topK 50',
    make: () => [random(1, 50257), [new ops.RandomStream(1, 'bench')]],
    plain: plainSample,
    ours: (logits, streams) => ops.sampleTokens(logits, { temperature: 0.8, topK: 50, streams }),
  },
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
