import type { HostTensor } from '@ashlar/nn';
import { bytesPerValue, type Dtype, type FloatDtype, fromBytes, storedDtype, toBytes } from './dtypes.js';
import { type Header, headerLength, parseHeader, type TensorEntry } from './safetensors-header.js';

export interface SafetensorsOptions {
  /** Strings for the header. @default none */
  metadata?: Record<string, string>;
  /** How float32 tensors are stored. @default 'F32' */
  floatDtype?: FloatDtype;
}

export interface Safetensors {
  tensors: Map<string, HostTensor>;
  metadata: Record<string, string>;
}

/** Widest type first, as the format's own library orders them, so that the bytes agree with it. */
const writeOrder: Dtype[] = ['F32', 'I32', 'BF16', 'F16', 'U8', 'BOOL'];

/**
 * Tensors as a safetensors file: byte for byte what the format's own library writes (by type, then by name).
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  { metadata, floatDtype = 'F32' }: SafetensorsOptions = {},
): Uint8Array {
  const parts = [...tensors]
    .map(([name, tensor]) => ({ name, tensor, dtype: storedDtype(tensor, floatDtype) }))
    .sort((a, b) => writeOrder.indexOf(a.dtype) - writeOrder.indexOf(b.dtype) || compareUtf8(a.name, b.name));
  const header: [string, unknown][] = metadata ? [['__metadata__', metadata]] : [];
  let position = 0;
  for (const { name, tensor, dtype } of parts) {
    const length = byteLength(name, tensor, floatDtype);
    header.push([name, { dtype, shape: tensor.shape, data_offsets: [position, (position += length)] }]);
  }
  const json = headerBytes(header);
  const file = new Uint8Array(8 + json.length + position);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  let at = 8 + json.length;
  for (const { name, tensor, dtype } of parts) {
    const bytes = toBytes(name, tensor, dtype);
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * All tensors of a safetensors file, as float32, int32 and bool.
 *
 * @throws Error of one sentence for a damaged or hostile file, RangeError for a value that does not fit (see README)
 */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const length = headerLength(file.subarray(0, 8), file.length);
  const header = parseHeader(file.subarray(8, 8 + length), file.length);
  const tensors = new Map<string, HostTensor>();
  for (const [name, entry] of header.entries) {
    const [begin, end] = location(header, entry);
    tensors.set(name, decodeTensor(name, entry, file.subarray(begin, end)));
  }
  return { tensors, metadata: header.metadata };
}

/** First byte and end of a tensor in its file. */
export const location = ({ dataStart }: Header, { begin, end }: TensorEntry): [number, number] => [
  dataStart + begin,
  dataStart + end,
];

export const decodeTensor = (name: string, { dtype, shape }: TensorEntry, bytes: Uint8Array): HostTensor => ({
  shape,
  ...fromBytes(name, dtype, bytes),
});

/** Bytes that a tensor takes in a file. */
export function byteLength(name: string, tensor: HostTensor, floatDtype: FloatDtype): number {
  const size = tensor.shape.reduce((product, length) => product * length, 1);
  if (name === '__metadata__') throw new RangeError('safetensors: a tensor cannot be called __metadata__');
  if (tensor.data.length !== size)
    throw new RangeError(
      `safetensors: ${name} has the shape [${tensor.shape}], ${size} values, but ${tensor.data.length} are given`,
    );
  return size * bytesPerValue[storedDtype(tensor, floatDtype)];
}

/** Written entry by entry: as keys of one object, names such as `7` would move to the front. */
function headerBytes(header: [string, unknown][]): Uint8Array {
  const entries = header.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${entries.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  return padded;
}

/** By code point, which is the order of the UTF-8 bytes. */
function compareUtf8(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++)
    if (left[i] !== right[i]) return left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
  return left.length - right.length;
}
