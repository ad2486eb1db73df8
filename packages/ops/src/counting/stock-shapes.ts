import * as tf from '@tensorflow/tfjs-core';
import type { CountingBackend } from './counting-backend.js';

type Inputs = Record<string, tf.TensorInfo>;
type Attrs = Record<string, unknown>;
/** What a kernel takes and gives, in shapes. */
type ShapeKernel = (backend: CountingBackend, inputs: Inputs, attrs: Attrs) => tf.TensorInfo | tf.TensorInfo[];

const only = (inputs: Inputs) => Object.values(inputs)[0]!;

/** A result as large as the input. */
const alike =
  (dtype?: tf.DataType): ShapeKernel =>
  (backend, inputs) =>
    backend.output(only(inputs).shape, dtype ?? only(inputs).dtype);

/** The same block seen in another shape. */
const shared =
  (shapeOf: (x: tf.TensorInfo, attrs: Attrs) => number[]): ShapeKernel =>
  (backend, inputs, attrs) => {
    const x = only(inputs);
    return backend.share(x, shapeOf(x, attrs), x.dtype);
  };

const broadcast =
  (dtype?: tf.DataType): ShapeKernel =>
  (backend, { a, b }) =>
    backend.output(
      tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape),
      dtype ?? tf.upcastType(a!.dtype, b!.dtype),
    );

const reduced =
  (dtype?: tf.DataType): ShapeKernel =>
  (backend, inputs, attrs) => {
    const x = only(inputs);
    const axes = tf.util.parseAxisParam((attrs['axis'] ?? attrs['reductionIndices']) as number[], x.shape);
    const [out] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = attrs['keepDims'] ? tf.backend_util.expandShapeToKeepDim(out, axes) : out;
    return backend.output(shape, dtype ?? x.dtype);
  };

const cast: ShapeKernel = (backend, { x }, { dtype }) =>
  // as tfjs on cpu, which only names the values anew where nothing is lost
  tf.util.hasEncodingLoss(x!.dtype, dtype as tf.DataType)
    ? backend.output(x!.shape, dtype as tf.DataType)
    : backend.share(x!, x!.shape, dtype as tf.DataType);

const matMul: ShapeKernel = (backend, { a, b }, { transposeA, transposeB }) => {
  const [m, n] = [a!.shape.at(transposeA ? -1 : -2)!, b!.shape.at(transposeB ? -2 : -1)!];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
  return backend.output([...batch, m, n], a!.dtype);
};

const slice: ShapeKernel = (backend, { x }, { begin, size }) => {
  const [, sizes] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin as number[], size as number[]);
  return backend.output(sizes!, x!.dtype);
};

/** A shape with `removed` of its axes from `at` on replaced. */
const spliced = (shape: readonly number[], at: number, removed: number, ...axes: number[]) => [
  ...shape.slice(0, at),
  ...axes,
  ...shape.slice(at + removed),
];

const split: ShapeKernel = (backend, { x }, { numOrSizeSplits, axis }) => {
  const along = tf.util.parseAxisParam(axis as number, x!.shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits as number[], along);
  return sizes.map((size) => backend.output(spliced(x!.shape, along, 1, size), x!.dtype));
};

const concat: ShapeKernel = (backend, inputs, { axis }) => {
  const [shapes, { dtype, shape }] = [Object.values(inputs).map((x) => x.shape), only(inputs)];
  const along = tf.util.parseAxisParam(axis as number, shape)[0]!;
  return backend.output(tf.backend_util.computeOutShape(shapes, along), dtype);
};

const stack: ShapeKernel = (backend, inputs, { axis }) => {
  const { shape, dtype } = only(inputs);
  return backend.output(spliced(shape, axis as number, 0, Object.keys(inputs).length), dtype);
};

const unstack: ShapeKernel = (backend, { value }, { axis }) => {
  const along = tf.util.parseAxisParam(axis as number, value!.shape)[0]!;
  const shape = spliced(value!.shape, along, 1);
  return Array.from({ length: value!.shape[along]! }, () => backend.output(shape, value!.dtype));
};

const gather: ShapeKernel = (backend, { x, indices }, { axis, batchDims }) => {
  const along = tf.util.parseAxisParam(axis as number, x!.shape)[0]!;
  const info = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    along,
    (batchDims as number | undefined) ?? 0,
  );
  return backend.output(info.outputShape, x!.dtype);
};

/** The stock kernels that our references, gradients and training use; any other is reported by tfjs as not registered. */
export const stockShapes = (): Record<string, ShapeKernel> => ({
  ...Object.fromEntries(
    [tf.Add, tf.Sub, tf.Multiply, tf.RealDiv, tf.Maximum, tf.Minimum, tf.Pow, tf.SquaredDifference, tf.FloorDiv, tf.Mod]
      .map((name) => [name, broadcast()]), // prettier-ignore
  ),
  ...Object.fromEntries(
    [tf.Equal, tf.NotEqual, tf.Less, tf.LessEqual, tf.Greater, tf.GreaterEqual, tf.LogicalAnd, tf.LogicalOr]
      .map((name) => [name, broadcast('bool')]), // prettier-ignore
  ),
  ...Object.fromEntries(
    [tf.Neg, tf.Square, tf.Sqrt, tf.Rsqrt, tf.Reciprocal, tf.Exp, tf.Log, tf.Log1p, tf.Expm1, tf.Tanh, tf.Erf, tf.Sigmoid,
     tf.Relu, tf.Step, tf.Abs, tf.Sign, tf.Floor, tf.Ceil, tf.Round, tf.Softplus, tf.Sin, tf.Cos, tf.ClipByValue,
     tf.ZerosLike, tf.OnesLike, tf.Softmax, tf.Cumsum, tf.Reverse].map((name) => [name, alike()]), // prettier-ignore
  ),
  [tf.LogicalNot]: alike('bool'),
  [tf.IsNan]: alike('bool'),
  ...Object.fromEntries([tf.Sum, tf.Mean, tf.Max, tf.Min, tf.Prod].map((name) => [name, reduced()])),
  [tf.All]: reduced('bool'),
  [tf.Any]: reduced('bool'),
  [tf.ArgMax]: reduced('int32'),
  [tf.ArgMin]: reduced('int32'),
  [tf.Identity]: shared(({ shape }) => shape),
  [tf.Reshape]: shared(({ shape }, attrs) =>
    tf.util.inferFromImplicitShape(attrs['shape'] as number[], tf.util.sizeFromShape(shape)),
  ),
  [tf.ExpandDims]: shared(({ shape }, { dim }) =>
    spliced(shape, (dim as number) < 0 ? shape.length + 1 + (dim as number) : (dim as number), 0, 1),
  ),
  [tf.Cast]: cast,
  [tf.BatchMatMul]: matMul,
  [tf.Transpose]: (backend, { x }, { perm }) =>
    backend.output((perm as number[]).map((axis) => x!.shape[axis]!), x!.dtype), // prettier-ignore
  [tf.Slice]: slice,
  [tf.SplitV]: split,
  [tf.Concat]: concat,
  [tf.Pack]: stack,
  [tf.Unpack]: unstack,
  [tf.Tile]: (backend, { x }, { reps }) =>
    backend.output(x!.shape.map((size, i) => size * (reps as number[])[i]!), x!.dtype), // prettier-ignore
  [tf.PadV2]: (backend, { x }, { paddings }) =>
    backend.output(x!.shape.map((size, i) => size + (paddings as number[][])[i]![0]! + (paddings as number[][])[i]![1]!), x!.dtype), // prettier-ignore
  [tf.GatherV2]: gather,
  [tf.ScatterNd]: (backend, { updates }, { shape }) => backend.output(shape as number[], updates!.dtype),
  [tf.OneHot]: (backend, { indices }, { dtype, depth }) =>
    backend.output([...indices!.shape, depth as number], dtype as tf.DataType),
  [tf.Select]: (backend, { t }) => backend.output(t!.shape, t!.dtype),
  [tf.Fill]: (backend, _, { shape, dtype }) => backend.output(shape as number[], (dtype as tf.DataType) ?? 'float32'),
  [tf.Range]: (backend, _, { start, stop, step, dtype }) =>
    backend.output(
      [Math.max(0, Math.ceil(((stop as number) - (start as number)) / (step as number)))],
      dtype as tf.DataType,
    ),
});
