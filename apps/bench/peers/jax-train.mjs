import { jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { loss } from './jax-gpt.mjs';

const clipScale = (gradients, maxNorm) => {
  const squares = Object.values(gradients).map((g) => np.square(g).sum());
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  return np.minimum(np.array(maxNorm).div(norm.add(1e-6)), 1);
};

/**
 * One optimizer step under `jit`: `(parameters, m, v, inputIds, targets, rates) -> [loss, parameters, m, v]`.
 * `rates` is `[learning rate, 1 - beta1^t, 1 - beta2^t]`. AdamW as PyTorch's: decay before the update, on matrices only,
 * epsilon outside the corrected root; gradients clipped by their global norm.
 */
export function trainStep({ model, optimizer }) {
  const { betas, eps, weightDecay, maxGradNorm } = optimizer;
  const [beta1, beta2] = betas;

  const update = (p, g, m, v, learningRate, correction1, correction2) => {
    const decay = p.ndim >= 2 ? np.array(1).sub(learningRate.ref.mul(weightDecay)) : np.array(1);
    m = m.mul(beta1).add(g.ref.mul(1 - beta1));
    v = v.mul(beta2).add(np.square(g).mul(1 - beta2));
    const change = m.ref.div(correction1).div(np.sqrt(v.ref.div(correction2)).add(eps));
    return [p.mul(decay).sub(change.mul(learningRate)), m, v];
  };

  return jit((parameters, ms, vs, inputIds, targets, rates) => {
    const [value, gradients] = valueAndGrad((p) => loss(p, inputIds, targets, model))(tree.ref(parameters));
    const scale = clipScale(tree.ref(gradients), maxGradNorm);
    const [learningRate, correction1, correction2] = np.split(rates, 3).map((x) => x.reshape([]));
    const next = [{}, {}, {}];
    for (const path of Object.keys(parameters)) {
      const g = gradients[path].mul(scale.ref);
      const rate = [learningRate.ref, correction1.ref, correction2.ref];
      update(parameters[path], g, ms[path], vs[path], ...rate).forEach((x, i) => (next[i][path] = x));
    }
    for (const x of [scale, learningRate, correction1, correction2]) x.dispose();
    return [value, ...next];
  });
}
