import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { AttentionAttrs, AttentionMasks } from '../../contract/kernels.js';
import { int, type Device, type Program } from '../device.js';

/** The masks of a call as one buffer: a program may bind eight at the most. */
export interface PackedMasks {
  variant: string;
  inputs: Record<string, TensorInfo>;
  /** Element types of `inputs`. */
  types: Record<string, string>;
  uniforms: Program['uniforms'];
  /**
   * `bias(h, i, j)` of a score, `visible(b, h, i, j)`, and `keysOf(b, i)`: from where to where keys may be visible.
   */
  wgsl: string;
  free(): void;
}

const names = ['keyMask', 'segments', 'queryOffset', 'prefixLengths', 'distanceBias'] as const;

export function packMasks(
  device: Device,
  masks: AttentionMasks,
  { causal, window }: AttentionAttrs,
  { seq, keySeq }: { seq: number; keySeq: number },
): PackedMasks {
  const limited = causal || window !== null;
  const present = names.flatMap((name) => {
    const tensor = masks[name];
    return tensor && (limited || (name !== 'queryOffset' && name !== 'prefixLengths')) ? [{ name, tensor }] : [];
  });
  const has = (wanted: (typeof names)[number]) => present.some(({ name }) => name === wanted);
  const sizes = present.map(({ tensor }) => tensor.size);
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const packed = present.length > 1 ? pack(device, present.map(({ tensor }) => tensor), starts) : undefined; // prettier-ignore
  const buffer = packed ?? present[0]?.tensor;

  const near = [
    ...(causal ? ['j <= p'] : []),
    ...(window !== null ? ['j > p - u.window'] : []),
    ...(window !== null && !causal ? ['j < p + u.window'] : []),
  ];
  const reach = `(${near.join(' && ')})${has('prefixLengths') ? ' || j < masks[u.prefixLengthsAt + b]' : ''}`;
  const conditions = [
    ...(has('keyMask') ? ['masks[u.keyMaskAt + b * u.keySeq + j] != 0'] : []),
    ...(has('segments') ? ['masks[u.segmentsAt + b * u.seq + i] == masks[u.segmentsAt + b * u.seq + j]'] : []),
    ...(has('distanceBias') ? ['bias(h, i, j) > -1e15'] : []),
    ...(limited ? [`(${reach})`] : []),
  ];
  const first = window !== null && !has('prefixLengths') ? 'max(0, p - u.window + 1)' : '0';
  const behind = causal ? 'p + 1' : window !== null ? 'p + u.window' : 'u.keySeq';
  const last = has('prefixLengths') ? `max(${behind}, masks[u.prefixLengthsAt + b])` : behind;
  return {
    variant: `${present.map(({ name }) => name)} ${causal} ${window !== null}`,
    inputs: buffer ? { masks: buffer } : {},
    types: buffer ? { masks: 'i32' } : {},
    uniforms: {
      ...Object.fromEntries(present.map(({ name }, i) => [`${name}At`, int(starts[i]!)])),
      position: int(keySeq - seq),
      window: int(window ?? 0),
    },
    wgsl: `
      fn positionOf(i: i32) -> i32 { return i + ${has('queryOffset') ? 'masks[u.queryOffsetAt]' : 'u.position'}; }
      fn bias(h: i32, i: i32, j: i32) -> f32 {
        return ${has('distanceBias') ? 'bitcast<f32>(masks[u.distanceBiasAt + h * (u.seq + u.keySeq - 1) + j - i + u.seq - 1])' : '0.0'};
      }
      fn visible(b: i32, h: i32, i: i32, j: i32) -> bool {
        let p = positionOf(i);
        return ${conditions.join(' && ') || 'true'};
      }
      fn keysOf(b: i32, i: i32) -> vec2<i32> {
        let p = positionOf(i);
        return vec2<i32>(${first}, min(u.keySeq, ${last}));
      }`,
    free: () => packed && device.free(packed),
  };
}

/** Copies tensors, bit by bit, behind each other. */
function pack(device: Device, tensors: readonly { dataId: object; shape: number[]; dtype: TensorInfo['dtype']; size: number }[], starts: number[]): TensorInfo {
  const names = tensors.map((_, i) => `x${i}`);
  const total = starts.at(-1)! + tensors.at(-1)!.size;
  const packed = device.output([total], 'int32');
  device.run({
    name: 'attention masks',
    variant: tensors.length,
    inputs: Object.fromEntries(tensors.map((tensor, i) => [names[i]!, tensor])),
    outputs: { packed },
    types: Object.fromEntries(names.map((name) => [name, 'i32'])),
    uniforms: { total: int(total), ...Object.fromEntries(starts.map((start, i) => [`start${i}`, int(start)])) },
    groups: Math.ceil(total / 64),
    main: `
      let i = group * 64 + lane;
      if (i >= u.total) { return; }
      ${names.map((name, i) => `if (i >= u.start${i}) { packed[i] = ${name}[min(i - u.start${i}, i32(arrayLength(&${name})) - 1)]; }`).join('\n')}`,
  });
  return packed;
} // prettier-ignore
