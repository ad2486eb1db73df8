import { jit, nn, numpy as np } from '@jax-js/jax';
import { decoder } from './jax-gpt.mjs';

/**
 * One decoding step under `jit`: `(parameters, cache, token, position) -> [next id, cache]`, all of fixed size.
 * `token` and `position` are int32 `[1]`; `cache` holds a key and a value array `[1, context, heads, headDim]` for each layer.
 */
export function decodeStep({ model }) {
  const { vocabSize, contextLength } = model;
  return jit((parameters, cache, token, position) => {
    const now = nn.oneHot(position.ref, contextLength);
    const visible = np.arange(contextLength).lessEqual(position).reshape([1, 1, 1, contextLength]);
    const x = np
      .dot(nn.oneHot(token, vocabSize), parameters['wte.weight'].ref)
      .add(np.dot(now.ref, parameters['wpe.weight']));
    const here = now.reshape([1, contextLength, 1, 1]);
    const write = (old, row) => old.mul(np.array(1).sub(here.ref)).add(row.mul(here.ref));

    const next = [];
    const attend = (layer) => (q, k, v) => {
      const keys = write(cache[layer].k, k);
      const values = write(cache[layer].v, v);
      next[layer] = { k: keys.ref, v: values.ref };
      return nn.dotProductAttention(q, keys, values, { mask: visible.ref });
    };
    const logits = decoder(parameters, x.reshape([1, 1, model.hiddenSize]), model, attend);
    here.dispose();
    visible.dispose();
    return [np.argmax(logits.reshape([vocabSize])), next];
  });
}

/** An empty cache for `decodeStep`. */
export function emptyCache({ numLayers, numHeads, hiddenSize, contextLength }) {
  const shape = [1, contextLength, numHeads, hiddenSize / numHeads];
  return Array.from({ length: numLayers }, () => ({ k: np.zeros(shape), v: np.zeros(shape) }));
}
