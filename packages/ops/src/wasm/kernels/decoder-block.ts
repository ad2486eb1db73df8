import type { TensorInfo } from '@tensorflow/tfjs-core';
import { attendCached } from './cached-attention.js';
import { fused } from './fused.js';
import { project } from './linear.js';
import { normInto, norms } from './norm.js';

export function registerDecoderBlock(): void {
  fused('AshlarDecoderBlock', (device, { x, branch, keys, values, position, keyMask, ...p }, attrs) => {
    const { numHeads, scale, eps, activation } = attrs;
    const [batch, seq, hidden] = x.shape as [number, number, number];
    const temporaries: TensorInfo[] = [];
    const temporary = (width: number) => {
      temporaries.push(device.temporary([batch, seq, width]));
      return temporaries.at(-1)!;
    };

    const before = branch ? temporary(hidden) : x;
    const normed = temporary(hidden); // of both norms
    const norm1 = { x, weight: p.norm1Weight, bias: p.norm1Bias, residual: branch };
    normInto(device, norms.LayerNorm, norm1, { y: normed, ...(branch && { sum: before }) }, eps);

    const qkv = temporary(3 * hidden);
    project(device, { x: normed, weight: p.qkvWeight, bias: p.qkvBias }, 'none', qkv);
    const attention = { numHeads, numKvHeads: numHeads, causal: true, window: null, scale };
    const cached = { qkv, keys, values, position, keyMask };
    const attended = attendCached(device, cached, attention);
    temporaries.push(attended);
    const proj = temporary(hidden);
    project(device, { x: attended, weight: p.projWeight, bias: p.projBias }, 'none', proj);

    const between = device.output(x.shape);
    const norm2 = { x: before, weight: p.norm2Weight, bias: p.norm2Bias, residual: proj };
    normInto(device, norms.LayerNorm, norm2, { sum: between, y: normed }, eps);

    const inner = temporary(p.fcWeight.shape[0]!);
    project(device, { x: normed, weight: p.fcWeight, bias: p.fcBias }, activation, inner);
    const out = device.output(x.shape);
    project(device, { x: inner, weight: p.outWeight, bias: p.outBias }, 'none', out);

    for (const info of temporaries) device.free(info);
    return [between, out, device.share(keys), device.share(values)];
  });
}
