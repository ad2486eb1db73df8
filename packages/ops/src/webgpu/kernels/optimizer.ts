import type * as tf from '@tensorflow/tfjs-core';
import { float, int, type Device } from '../device.js';
import { fused } from './fused.js';
import { totalWgsl } from './reduce.js';

const update = (scaled: boolean) => `
  let i = group * 64 + lane;
  if (i >= u.size) { return; }
  let g = gradient[i]${scaled ? ' * gradientScale[0]' : ''};
  let first = m[i] + (g - m[i]) * u.share1;
  let second = v[i] * u.beta2 + g * g * u.share2;
  m[i] = first;
  v[i] = second;
  p[i] = p[i] * (1.0 - u.rate * u.decay) - u.stepSize * (first / (sqrt(second) / u.root + u.eps));`;

/** Tensors that one program of the norm reads: eight buffers may be bound. */
const tensorsAtATime = 7;
/** Elements that one workgroup sums before it takes another of its share, and the most workgroups for a tensor. */
const [chunk, mostParts] = [4096, 64];

const partsOf = ({ size }: tf.Tensor) => Math.min(mostParts, Math.ceil(size / chunk));
const sumOf = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

/** Sums of squares of up to seven tensors, some of each, into `sums` from `offset`. */
function partialSums(device: Device, tensors: tf.Tensor[], sums: tf.TensorInfo, offset: number): void {
  const names = tensors.map((_, i) => `x${i}`);
  const parts = tensors.map(partsOf);
  device.run({
    name: 'AshlarGlobalNorm squares',
    variant: tensors.length,
    inputs: Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor])),
    outputs: { sums },
    uniforms: {
      offset: int(offset),
      ...Object.fromEntries(tensors.map(({ size }, i) => [`size${i}`, int(size)])),
      ...Object.fromEntries(parts.map((count, i) => [`parts${i}`, int(count)])),
    },
    groups: sumOf(parts),
    functions: totalWgsl,
    main: `
      var sum = 0.0;
      var part = group;
      ${names
        .map(
          (name, i) => `
            if (part >= 0 && part < u.parts${i}) {
              for (var i = part * 64 + lane; i < u.size${i}; i += 64 * u.parts${i}) { sum += ${name}[i] * ${name}[i]; }
            }
            part -= u.parts${i};`,
        )
        .join(' ')}
      let squares = total(lane, sum);
      if (lane == 0) { sums[u.offset + group] = squares; }`,
  });
}

export function registerOptimizer(): void {
  fused('AshlarAdamW', (device, inputs, { beta1, beta2, eps, weightDecays }) => {
    const { parameters, gradients, firstMoments, secondMoments, gradientScale } = inputs;
    const [rate, stepSize, root] = inputs.rates.dataSync() as Float32Array; // made by the call, still on the host
    parameters.forEach((p, i) =>
      device.run({
        name: 'AshlarAdamW',
        inputs: { gradient: gradients[i]!, ...(gradientScale && { gradientScale }) },
        outputs: { p, m: firstMoments[i]!, v: secondMoments[i]! },
        inPlace: true,
        uniforms: {
          size: int(p.size),
          ...{ share1: float(1 - beta1), beta2: float(beta2), share2: float(1 - beta2), eps: float(eps) },
          ...{ rate: float(rate!), stepSize: float(stepSize!), root: float(root!), decay: float(weightDecays[i]!) },
        },
        groups: Math.ceil(p.size / 64),
        main: update(gradientScale !== undefined),
      }),
    );
    return [];
  });

  fused('AshlarGlobalNorm', (device, { tensors }) => {
    const parts = tensors.map(partsOf);
    const sums = device.output([sumOf(parts)]);
    for (let i = 0; i < tensors.length; i += tensorsAtATime)
      partialSums(device, tensors.slice(i, i + tensorsAtATime), sums, sumOf(parts.slice(0, i)));
    const y = device.output([]);
    device.run({
      name: 'AshlarGlobalNorm',
      inputs: { sums },
      outputs: { y },
      uniforms: { size: int(sumOf(parts)) },
      groups: 1,
      functions: totalWgsl,
      main: `
        var sum = 0.0;
        for (var i = lane; i < u.size; i += 64) { sum += sums[i]; }
        let squares = total(lane, sum);
        if (lane == 0) { y[0] = sqrt(squares); }`,
    });
    device.free(sums);
    return [y];
  });
}
