import * as tf from '@tensorflow/tfjs-core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { asMatrices, float, ints, type Device } from '../device.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';

/** Gives a variable the data of a tensor that a program made. */
function assign(variable: tf.Tensor, info: TensorInfo): void {
  const tensor = tf.engine().makeTensorFromTensorInfo(info);
  (variable as tf.Variable).assign(tensor);
  tensor.dispose();
}

/** Tensors that one program of the norm reads: a device binds at least 16 textures. */
const tensorsAtATime = 14;
/** Shares of each that are summed apart. */
const parts = 256;

/** Sums of squares of the rows of up to 14 tensors, `[1, tensors, parts]`. */
function partialSums(device: Device, tensors: TensorInfo[]): TensorInfo {
  const names = tensors.map((_, i) => `t${i}x`);
  const sums = names.map(
    (name, i) => `
      if (tensor == ${i}) {
        int columns = axes${i}.z;
        int size = axes${i}.y * columns;
        for (int at = part; at < axes${i}.x * size; at += ${parts}) {
          float x = ${name}_(at / size, imod(at / columns, axes${i}.y), imod(at, columns));
          sum += x * x;
        }
      }`,
  );
  return device.run({
    inputs: Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor])),
    uniforms: Object.fromEntries(tensors.map(({ shape }, i) => [`axes${i}`, ints([...asMatrices(shape), 0])])),
    shape: [1, tensors.length, parts],
    functions: `
      float value(int o, int tensor, int part) {
        float sum = 0.0;
        ${sums.join('\n')}
        return sum;
      }`,
  });
}

export function registerOptimizer(): void {
  fused('AshlarAdamW', (device, inputs, { beta1, beta2, eps, weightDecays }) => {
    const { parameters, gradients, firstMoments, secondMoments, gradientScale } = inputs;
    const [rate, stepSize, root] = inputs.rates.dataSync() as Float32Array; // made by the call, still on the host
    const g = `g_(b, r, c)${gradientScale ? ' * gradientScale_(0, 0, 0)' : ''}`;
    parameters.forEach((p, i) => {
      const read = { g: gradients[i]!, ...(gradientScale && { gradientScale }) };
      const update = (variable: tf.Tensor, tensors: Record<string, TensorInfo>, values: Record<string, number>, value: string) => {
        const uniforms = Object.fromEntries(Object.entries(values).map(([name, number]) => [name, float(number)]));
        assign(variable, elementwise(device, { inputs: tensors, uniforms }, variable.shape, value));
      }; // prettier-ignore
      const [m, v] = [firstMoments[i]!, secondMoments[i]!];
      update(m, { ...read, m }, { share: 1 - beta1 }, `m_(b, r, c) + (${g} - m_(b, r, c)) * share`);
      update(v, { ...read, v }, { beta2, share: 1 - beta2 }, `v_(b, r, c) * beta2 + ${g} * ${g} * share`);
      update(
        p,
        { p, m, v },
        { rate: rate!, stepSize: stepSize!, root: root!, eps, decay: weightDecays[i]! },
        'p_(b, r, c) * (1.0 - rate * decay) - stepSize * (m_(b, r, c) / (sqrt(v_(b, r, c)) / root + eps))',
      );
    });
    return [];
  });

  fused('AshlarGlobalNorm', (device, { tensors }) => {
    const sums: Record<string, TensorInfo> = {};
    for (let i = 0; i < tensors.length; i += tensorsAtATime)
      sums[`s${i}x`] = partialSums(device, tensors.slice(i, i + tensorsAtATime));
    const y = device.run({
      inputs: sums,
      shape: [1, 1, 1],
      as: [],
      functions: `
        float value(int b_, int r_, int c_) {
          float sum = 0.0;
          ${Object.entries(sums)
            .map(
              ([name, { shape }]) =>
                `for (int r = 0; r < ${shape[1]}; r++) for (int c = 0; c < ${parts}; c++) sum += ${name}_(0, r, c);`,
            )
            .join('\n')}
          return sqrt(sum);
        }`,
    });
    Object.values(sums).forEach((info) => device.free(info));
    return [y];
  });
}
