import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Fused } from './fused.js';

/** What a norm reads. */
export interface Normed {
  x: TensorInfo;
  /** Added to x first. */
  residual?: TensorInfo;
  weight: TensorInfo;
  bias?: TensorInfo | undefined;
}

/** What its gradient reads; without a mean it is the norm of the root mean square. */
export interface Saved {
  dy: TensorInfo;
  x: TensorInfo;
  weight: TensorInfo;
  mean?: TensorInfo;
  rstd: TensorInfo;
  /** Added to the gradient of x. */
  dsum?: TensorInfo | undefined;
}

/** The programs that norms are made of. */
export interface NormPrograms<Device> {
  /** `sum` where something is added first, `mean` where that of a row is subtracted: where the norm is `centred`. */
  norm(
    device: Device,
    inputs: Normed,
    eps: number,
    centred: boolean,
  ): Record<'y' | 'rstd', TensorInfo> & { sum?: TensorInfo; mean?: TensorInfo };
  gradientOfX(device: Device, saved: Saved): TensorInfo;
  /** Those of weight and bias that are wanted. */
  gradientsOfParameters(device: Device, saved: Saved, wanted: readonly string[]): Record<string, TensorInfo>;
}

interface Frees {
  free(info: TensorInfo): void;
  share(info: TensorInfo): TensorInfo;
}

export function registerNorms<Device extends Frees>(
  fused: Fused<Device>,
  { norm, gradientOfX, gradientsOfParameters }: NormPrograms<Device>,
): void {
  const run = (device: Device, inputs: Normed, { eps, residuals }: { eps: number; residuals: boolean }, centred: boolean) => {
    const { sum, y, mean, rstd } = norm(device, inputs, eps, centred);
    const outputs = sum ? [sum, y] : [y];
    const statistics = mean ? [mean, rstd] : [rstd];
    if (residuals) return [...outputs, ...statistics];
    statistics.forEach((info) => device.free(info));
    return outputs;
  }; // prettier-ignore
  for (const name of ['AshlarLayerNorm', 'AshlarAddLayerNorm'] as const)
    fused(name, (device, inputs, attrs) => run(device, inputs, attrs, true));
  for (const name of ['AshlarRmsNorm', 'AshlarAddRmsNorm'] as const)
    fused(name, (device, inputs, attrs) => run(device, inputs, attrs, false));

  /** What is added up first gets the same gradient twice. */
  const gradients = (device: Device, saved: Saved, wanted: readonly string[]) => {
    const parameters = gradientsOfParameters(device, saved, wanted);
    let dx: TensorInfo | undefined;
    return wanted.map((name) => parameters[name] ?? (dx ? device.share(dx) : (dx = gradientOfX(device, saved))));
  };
  for (const name of ['AshlarLayerNormGrad', 'AshlarRmsNormGrad'] as const)
    fused(name, (device, inputs, { wanted }) => gradients(device, inputs, wanted));
  for (const name of ['AshlarAddLayerNormGrad', 'AshlarAddRmsNormGrad'] as const)
    fused(
      name,
      (device, { dy, sum, ...rest }, { wanted }) => gradients(device, { ...rest, dy: dy!, x: sum }, wanted),
      // without dy the norm is not in the gradient
      ({ inputs }) => inputs.dy !== undefined,
    );
}
