import { decodeSafetensors, encodeSafetensors } from '@ashlar/checkpoint';
import { compress, decompress } from './compress.js';

/** Steps from zero to the largest value of a row: 6 bits a weight. */
const LEVELS = 31;

type Layout = { name: string; shape: number[] }[];

/**
 * A model's weights, small: matrices as whole numbers with one scale a row, rounded to nearest, the rest exact; compressed.
 *
 * @param safetensors of float32
 */
export async function packWeights(safetensors: Uint8Array): Promise<Uint8Array> {
  const layout: Layout = [];
  const parts: Uint8Array[] = [];
  for (const [name, { shape, data }] of decodeSafetensors(safetensors).tensors) {
    layout.push({ name, shape });
    const values = data as Float32Array;
    parts.push(...(shape.length < 2 ? [bytesOf(values)] : packMatrix(values, rowsOf(shape))));
  }
  const header = new TextEncoder().encode(JSON.stringify(layout));
  const packed = new Blob([Uint32Array.of(header.length), header, ...parts] as BlobPart[]);
  return compress(packed);
}

/** The safetensors file of packed weights. */
export async function unpackWeights(packed: Uint8Array): Promise<Uint8Array> {
  const bytes = await decompress(packed);
  let position = 0;
  const take = (length: number) => bytes.slice(position, (position += length));
  const [headerLength] = new Uint32Array(take(4).buffer);
  const layout = JSON.parse(new TextDecoder().decode(take(headerLength!))) as Layout;
  const floats = (count: number) => new Float32Array(take(4 * count).buffer);
  const tensors = layout.map(({ name, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const data =
      shape.length < 2 ? floats(size) : unpackMatrix(floats(rowsOf(shape)), new Int8Array(take(size).buffer));
    return [name, { dtype: 'float32', shape, data }] as const;
  });
  return encodeSafetensors(new Map(tensors), { metadata: { format: 'pt' } });
}

function packMatrix(values: Float32Array, rows: number): Uint8Array[] {
  const width = values.length / rows;
  const scales = Float32Array.from({ length: rows }, (_, row) => {
    const most = values.subarray(row * width, (row + 1) * width).reduce((max, v) => Math.max(max, Math.abs(v)), 0);
    return most / LEVELS || 1;
  });
  const codes = Int8Array.from(values, (value, i) => Math.round(value / scales[Math.floor(i / width)]!));
  return [bytesOf(scales), bytesOf(codes)];
}

function unpackMatrix(scales: Float32Array, codes: Int8Array): Float32Array {
  const width = codes.length / scales.length;
  return Float32Array.from(codes, (code, i) => code * scales[Math.floor(i / width)]!);
}

const rowsOf = (shape: readonly number[]) => shape[0]!;
const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int8Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);
