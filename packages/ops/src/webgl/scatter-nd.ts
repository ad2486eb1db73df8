import * as tf from '@tensorflow/tfjs-core';

type Kernel = (call: { inputs: object; attrs: object; backend: unknown }) => tf.TensorInfo;

const stock = (kernelName: string) => tf.getKernel(kernelName, 'webgl').kernelFunc as unknown as Kernel;
const replaced = Symbol.for('@ashlar/ops webgl ScatterNd');

/** tfjs's packed program writes a single update to row 0 whatever its index is; with a second one, of zeros, it is right. */
export function replaceScatterNd(): void {
  const engine = tf.engine() as { [replaced]?: true };
  if (engine[replaced]) return;
  engine[replaced] = true;
  const scatterNd = stock(tf.ScatterNd);
  tf.unregisterKernel(tf.ScatterNd, 'webgl');
  tf.registerKernel({
    kernelName: tf.ScatterNd,
    backendName: 'webgl',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { indices, updates } = inputs as Record<'indices' | 'updates', tf.TensorInfo>;
      if (indices.shape.length !== 2 || indices.shape[0] !== 1)
        return scatterNd({ inputs: { indices, updates }, attrs: attrs!, backend });
      const free = backend as unknown as { disposeIntermediateTensorInfo(info: tf.TensorInfo): void };
      const addRow = (x: tf.TensorInfo) =>
        stock(tf.PadV2)({
          inputs: { x },
          attrs: { paddings: x.shape.map((_, axis) => [0, axis === 0 ? 1 : 0]), constantValue: 0 },
          backend,
        });
      const padded = { indices: addRow(indices), updates: addRow(updates) };
      const out = scatterNd({ inputs: padded, attrs: attrs!, backend });
      free.disposeIntermediateTensorInfo(padded.indices);
      free.disposeIntermediateTensorInfo(padded.updates);
      return out;
    },
  });
}
