import * as tf from '@tensorflow/tfjs-core';
import { alias } from './sum-to.js';

/** Outputs of a kernel that may have one or several; tfjs passes a single gradient bare. */
const list = (dys: tf.Tensor | tf.Tensor[]) => (Array.isArray(dys) ? dys : [dys]);

/** Gradients of a kernel whose inputs are a list. */
const parts = (gradients: (() => tf.Tensor)[]) => Object.fromEntries(gradients.map((gradient, i) => [i, gradient]));

/** dx from dy and the input, of which only the shape is read. */
const layout = (
  kernelName: string,
  dx: (dy: tf.Tensor, x: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor,
  input = 'x',
): tf.GradConfig => ({
  kernelName,
  inputsToSave: [input],
  gradFunc: (dy, [x], attrs) => ({ [input]: () => dx(dy as tf.Tensor, x!, attrs) }),
});

export const layoutGradients: tf.GradConfig[] = [
  layout('Reshape', (dy, x) => tf.reshape(dy, x.shape)),
  layout('ExpandDims', (dy, x) => tf.reshape(dy, x.shape), 'input'),
  layout('PadV2', (dy, x, { paddings }) =>
    tf.slice(
      dy,
      (paddings as [number, number][]).map(([before]) => before),
      x.shape,
    ),
  ),
  layout('Slice', (dy, x, { begin, size }) => {
    const [from, sizes] = tf.slice_util.parseSliceParams(x, begin as number[], size as number[]);
    return tf.pad(
      dy,
      from!.map((start, i): [number, number] => [start, x.shape[i]! - start - sizes![i]!]),
    );
  }),
  layout('Tile', (dy, x, { reps }) => {
    let summed = dy;
    (reps as number[]).forEach((times, axis) => {
      if (times === 1) return;
      const { shape } = summed;
      const repeated = tf.reshape(summed, [tf.util.sizeFromShape(shape.slice(0, axis)), times, x.shape[axis]!, -1]);
      summed = tf.reshape(
        tf.sum(repeated, 1),
        shape.map((size, i) => (i === axis ? x.shape[i]! : size)),
      );
    });
    return alias(summed);
  }),
  {
    kernelName: 'Transpose',
    gradFunc: (dy, _, { perm }) => ({
      x: () => tf.transpose(dy as tf.Tensor, tf.backend_util.getUndoAxesPermutation(perm as number[])),
    }),
  },
  {
    kernelName: 'Reverse',
    gradFunc: (dy, _, { dims }) => ({ x: () => tf.reverse(dy as tf.Tensor, dims as number[]) }),
  },
  {
    kernelName: 'Concat',
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, saved[0]!.shape)[0]!;
      const starts = saved.map((_, i) => saved.slice(0, i).reduce((sum, x) => sum + x.shape[along]!, 0));
      return parts(
        saved.map(
          (x, i) => () =>
            tf.slice(
              dy as tf.Tensor,
              x.shape.map((_, d) => (d === along ? starts[i]! : 0)),
              x.shape,
            ),
        ),
      );
    },
  },
  {
    kernelName: 'SplitV',
    gradFunc: (dys, _, { axis }) => ({ x: () => tf.concat(list(dys), axis as number) }),
  },
  {
    kernelName: 'Pack',
    saveAllInputs: true,
    gradFunc: (dy, saved, { axis }) => {
      const slices = tf.unstack(dy as tf.Tensor, axis as number);
      return parts(saved.map((_, i) => () => slices[i]!));
    },
  },
  {
    kernelName: 'Unpack',
    gradFunc: (dys, _, { axis }) => ({ value: () => tf.stack(list(dys), axis as number) }),
  },
  {
    kernelName: 'AddN',
    saveAllInputs: true,
    gradFunc: (dy, saved) => parts(saved.map(() => () => alias(dy as tf.Tensor))),
  },
  {
    kernelName: 'Select',
    inputsToSave: ['condition'],
    gradFunc: (dy, [condition]) => {
      const zeros = () => tf.zerosLike(dy as tf.Tensor);
      return {
        t: () => tf.where(condition!, dy as tf.Tensor, zeros()),
        e: () => tf.where(condition!, zeros(), dy as tf.Tensor),
        condition: zeros,
      };
    },
  },
];
