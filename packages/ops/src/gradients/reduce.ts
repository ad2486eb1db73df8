import * as tf from '@tensorflow/tfjs-core';

type Axis = number | number[] | undefined;

/** A reduced tensor with its axes back as ones. */
function expand(reduced: tf.Tensor, x: tf.Tensor, axis: Axis): tf.Tensor {
  const axes = tf.util.parseAxisParam(axis!, x.shape);
  const shape = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.reshape(reduced, shape);
}

const reduce = (kernelName: string, dx: (dy: tf.Tensor, x: tf.Tensor, axis: Axis) => tf.Tensor): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  gradFunc: (dy, [x], { axis }) => ({ x: () => dx(expand(dy as tf.Tensor, x!, axis as Axis), x!, axis as Axis) }),
});

/** Max or Min: the extreme positions share the gradient evenly. */
const extreme = (kernelName: string): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [x, y], { reductionIndices, axis }) => ({
    x: () => {
      const axes = (reductionIndices ?? axis) as Axis;
      const hit = tf.cast(tf.equal(x!, expand(y!, x!, axes)), 'float32');
      const count = tf.sum(hit, tf.util.parseAxisParam(axes!, x!.shape), true);
      return tf.mul(hit, tf.div(expand(dy as tf.Tensor, x!, axes), count));
    },
  }),
});

export const reduceGradients: tf.GradConfig[] = [
  reduce('Sum', (dy, x) => tf.broadcastTo(dy, x.shape)),
  reduce('Mean', (dy, x) => tf.broadcastTo(tf.mul(dy, dy.size / x.size), x.shape)),
  extreme('Max'),
  extreme('Min'),
  {
    kernelName: 'Cumsum',
    gradFunc: (dy, _, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy as tf.Tensor, axis as number, exclusive as boolean, !reverse),
    }),
  },
  {
    kernelName: 'Softmax',
    outputsToSave: [true],
    gradFunc: (dy, [y], { dim }) => ({
      logits: () => {
        const weighted = tf.mul(dy as tf.Tensor, y!);
        return tf.sub(weighted, tf.mul(y!, tf.sum(weighted, dim as number, true)));
      },
    }),
  },
  {
    kernelName: 'LogSoftmax',
    outputsToSave: [true],
    gradFunc: (dy, [y], { axis }) => ({
      logits: () => tf.sub(dy as tf.Tensor, tf.mul(tf.exp(y!), tf.sum(dy as tf.Tensor, axis as number, true))),
    }),
  },
];
