import { nn, numpy as np } from '@jax-js/jax';

/**
 * The GPT of the job in jax-js, written for `jit`: pure functions of a flat tree of parameters by path.
 * jax-js frees an array with its last use, so whatever is used twice is taken by `.ref` before.
 */

const layerNorm = (x, weight) => nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight);

const linear = (x, weight) => np.dot(x, weight.transpose());

const headsOf = (x, [batch, seq, hidden], numHeads) => x.reshape([batch, seq, numHeads, hidden / numHeads]);

/** The block's attention; `attend` maps query, key and value `[batch, seq, heads, headDim]` to the same shape. */
function attention(weights, x, numHeads, attend) {
  const shape = x.shape;
  const [q, k, v] = np.split(linear(x, weights('attn.c_attn.weight')), 3, -1).map((y) => headsOf(y, shape, numHeads));
  return linear(attend(q, k, v).reshape(shape), weights('attn.c_proj.weight'));
}

const mlp = (weights, x) => linear(nn.gelu(linear(x, weights('mlp.c_fc.weight'))), weights('mlp.c_proj.weight'));

/** Hidden states `x` through every block and the head: logits `[batch, seq, vocab]`. `attend(layer)` makes a block's attention. */
export function decoder(parameters, x, { numLayers, numHeads }, attend) {
  for (let layer = 0; layer < numLayers; layer++) {
    const weights = (name) => parameters[`h.${layer}.${name}`];
    x = x.ref.add(attention(weights, layerNorm(x, weights('ln_1.weight')), numHeads, attend(layer)));
    x = x.ref.add(mlp(weights, layerNorm(x, weights('ln_2.weight'))));
  }
  return linear(layerNorm(x, parameters['ln_f.weight']), parameters['wte.weight']);
}

/** Mean cross entropy in nats of `[batch, seq]` int32 ids and targets. */
export function loss(parameters, inputIds, targets, model) {
  const oneHot = (ids) => nn.oneHot(ids, model.vocabSize);
  const x = np.dot(oneHot(inputIds), parameters['wte.weight'].ref).add(parameters['wpe.weight']);
  const causal = () => (q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: true });
  const logProbs = nn.logSoftmax(decoder(parameters, x, model, causal), -1);
  return logProbs.mul(oneHot(targets)).sum(-1).mean().neg();
}
