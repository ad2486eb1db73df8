import * as tf from '@tensorflow/tfjs-core';

/** dx of gather: the rows of dy added up by their index. */
function gatherGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number, batchDims: number): tf.Tensor {
  const size = tf.util.sizeFromShape;
  const batch = size(x.shape.slice(0, batchDims));
  const outer = size(x.shape.slice(batchDims, axis));
  const inner = size(x.shape.slice(axis + 1));
  const length = x.shape[axis]!;
  const count = indices.size / batch;
  const rowsFirst = tf.transpose(tf.reshape(dy, [batch, outer, count, inner]), [0, 2, 1, 3]);
  // rows of batch b lie from b * length on
  const offsets = tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(length, 'int32'));
  const rows = tf.add(tf.reshape(indices, [batch, count]), tf.reshape(offsets, [batch, 1]));
  const summed = tf.scatterND(
    tf.reshape(rows, [batch * count, 1]),
    tf.reshape(rowsFirst, [batch * count, outer * inner]),
    [batch * length, outer * inner],
  );
  return tf.reshape(tf.transpose(tf.reshape(summed, [batch, length, outer, inner]), [0, 2, 1, 3]), x.shape);
}

export const gatherGradients: tf.GradConfig[] = [
  {
    kernelName: 'GatherV2',
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, saved, { axis, batchDims }) => {
      const [x, indices] = saved as [tf.Tensor, tf.Tensor];
      const along = tf.util.parseAxisParam(axis as number, x.shape)[0]!;
      return { x: () => gatherGradient(dy as tf.Tensor, x, indices, along, (batchDims as number) ?? 0) };
    },
  },
  {
    kernelName: 'GatherNd',
    inputsToSave: ['params', 'indices'],
    gradFunc: (dy, [params, indices]) => ({
      params: () => tf.scatterND(indices!, dy as tf.Tensor, params!.shape as [number]),
    }),
  },
  {
    kernelName: 'ScatterNd',
    inputsToSave: ['indices'],
    gradFunc: (dy, [indices]) => ({ updates: () => tf.gatherND(dy as tf.Tensor, indices!) }),
  },
  {
    kernelName: 'UnsortedSegmentSum',
    inputsToSave: ['segmentIds'],
    gradFunc: (dy, [segmentIds]) => ({
      x: () => {
        const rows = tf.gather(dy as tf.Tensor, tf.maximum(segmentIds!, tf.scalar(0, 'int32')));
        // rows with a negative id were dropped
        const used = tf.cast(tf.greaterEqual(segmentIds!, tf.scalar(0, 'int32')), 'float32');
        return tf.mul(rows, tf.reshape(used, [-1, ...Array<number>(rows.rank - 1).fill(1)]));
      },
    }),
  },
];
