import type { HostTensor } from '@ashlar/nn';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './half.js';

/** Bytes per value of the types that can be read, by their names in the format. */
export const bytesPerValue = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** A safetensors type that can be read. */
export type Dtype = keyof typeof bytesPerValue;

/** How float32 tensors are stored; the halves are rounded to nearest, ties to even. */
export type FloatDtype = 'F32' | 'F16' | 'BF16';

type Values = Pick<HostTensor, 'dtype' | 'data'>;

/**
 * The bytes of a tensor as one of the three types tensors have here.
 *
 * | stored | becomes |
 * | --- | --- |
 * | F32, F16, BF16 | float32, exactly |
 * | F64 | float32, to nearest; a finite value that float32 cannot hold is refused |
 * | I32, I16, I8, U16, U8 | int32, exactly |
 * | I64, U64, U32 | int32; a value outside its range is refused |
 * | BOOL | bool; a byte other than 0 and 1 is refused |
 */
export function fromBytes(name: string, dtype: Dtype, bytes: Uint8Array): Values {
  const buffer = bytes.slice().buffer;
  switch (dtype) {
    case 'F32':
      return float32(new Float32Array(buffer));
    case 'F16':
      return float32(Float32Array.from(new Uint16Array(buffer), fromFloat16));
    case 'BF16':
      return float32(Float32Array.from(new Uint16Array(buffer), fromBfloat16));
    case 'F64':
      return float32(Float32Array.from(new Float64Array(buffer), (value) => narrowed(name, value)));
    case 'I32':
      return int32(new Int32Array(buffer));
    case 'I16':
      return int32(Int32Array.from(new Int16Array(buffer)));
    case 'I8':
      return int32(Int32Array.from(new Int8Array(buffer)));
    case 'U16':
      return int32(Int32Array.from(new Uint16Array(buffer)));
    case 'U8':
      return int32(Int32Array.from(new Uint8Array(buffer)));
    case 'U32':
      return int32(Int32Array.from(new Uint32Array(buffer), (value) => inRange(name, dtype, value)));
    case 'I64':
      return int32(integers(name, dtype, new BigInt64Array(buffer)));
    case 'U64':
      return int32(integers(name, dtype, new BigUint64Array(buffer)));
    case 'BOOL':
      return { dtype: 'bool', data: booleans(name, new Uint8Array(buffer)) };
  }
}

/** The type a tensor is stored as; int32 that lies in bytes stays bytes. */
export function storedDtype({ dtype, data }: HostTensor, float: FloatDtype): Dtype {
  if (dtype === 'float32') return float;
  if (dtype === 'bool') return 'BOOL';
  return data instanceof Uint8Array ? 'U8' : 'I32';
}

/** The bytes of a tensor; a finite value too large for F16 or BF16 is refused. */
export function toBytes(name: string, { data }: HostTensor, dtype: Dtype): Uint8Array {
  if (dtype !== 'F16' && dtype !== 'BF16') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const [encode, infinity] = dtype === 'F16' ? [toFloat16, 0x7c00] : [toBfloat16, 0x7f80];
  const halves = Uint16Array.from(data, (value) => {
    const half = encode(value);
    if ((half & 0x7fff) === infinity && Number.isFinite(value))
      throw new RangeError(`safetensors: ${name} holds ${value}, too large for ${dtype}`);
    return half;
  });
  return new Uint8Array(halves.buffer);
}

const float32 = (data: Float32Array): Values => ({ dtype: 'float32', data });
const int32 = (data: Int32Array): Values => ({ dtype: 'int32', data });

function narrowed(name: string, value: number): number {
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    throw new RangeError(`safetensors: ${name} holds the F64 value ${value}, too large for float32`);
  return value;
}

function inRange<T extends number | bigint>(name: string, dtype: Dtype, value: T): T {
  if (value < -(2 ** 31) || value >= 2 ** 31)
    throw new RangeError(`safetensors: ${name} holds the ${dtype} value ${value}, outside the range of int32`);
  return value;
}

function integers(name: string, dtype: Dtype, from: BigInt64Array | BigUint64Array): Int32Array {
  const to = new Int32Array(from.length);
  for (let i = 0; i < to.length; i++) to[i] = Number(inRange(name, dtype, from[i]!));
  return to;
}

function booleans(name: string, data: Uint8Array): Uint8Array {
  const wrong = data.find((value) => value > 1);
  if (wrong !== undefined) throw new RangeError(`safetensors: ${name} holds the BOOL byte ${wrong}, neither 0 nor 1`);
  return data;
}
