import { bytesPerValue, type Dtype } from './dtypes.js';
import { duplicateKey, isObject } from './json.js';

/** Where a tensor lies: bytes `begin` to `end` of the part after the header. */
export interface TensorEntry {
  dtype: Dtype;
  shape: number[];
  begin: number;
  end: number;
}

export interface Header {
  /** By name, in the order of their bytes. */
  entries: Map<string, TensorEntry>;
  metadata: Record<string, string>;
  /** Where the tensors' bytes start in the file. */
  dataStart: number;
}

/** The format's own limit. */
const maxHeaderBytes = 100_000_000;

/**
 * Length of the JSON header from the file's first eight bytes.
 *
 * @param fileSize bytes in the whole file
 */
export function headerLength(prefix: Uint8Array, fileSize: number): number {
  if (fileSize < 8 || prefix.length < 8) fail(`${fileSize} bytes are too few to be a file of this format`);
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderBytes) fail(`the header claims ${length} bytes, more than the ${maxHeaderBytes} allowed`);
  if (Number(length) > fileSize - 8) fail(`the header claims ${length} bytes, but the file has ${fileSize} in all`);
  return Number(length);
}

/**
 * Reads the JSON header and checks that its tensors fill the rest of the file, without overlap and without holes.
 *
 * @throws Error of one sentence for anything else; nothing of the file can then be trusted
 */
export function parseHeader(json: Uint8Array, fileSize: number): Header {
  const text = headerText(json);
  const dataStart = 8 + json.length;
  const header = headerObject(text);
  const metadata = header['__metadata__'] ?? {};
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string'))
    fail('__metadata__ must be an object of strings');
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): [string, TensorEntry] => [name, parseEntry(shown(name), value)])
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkLayout(entries, fileSize - dataStart);
  return { entries: new Map(entries), metadata: metadata as Record<string, string>, dataStart };
}

function headerText(json: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json);
  } catch {
    return fail('the header is not UTF-8 text');
  }
}

function headerObject(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    fail('the header is not JSON');
  }
  if (!isObject(header) || !text.startsWith('{')) fail('the header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) fail(`the header has ${JSON.stringify(twice)} twice`);
  return header;
}

function parseEntry(name: string, value: unknown): TensorEntry {
  if (!isObject(value)) fail(`the entry of ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(bytesPerValue, dtype))
    fail(`${name} has the dtype ${JSON.stringify(dtype)}; known are ${Object.keys(bytesPerValue).join(', ')}`);
  if (!isSizes(shape)) fail(`${name} has the shape ${JSON.stringify(shape)}, not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2)
    fail(`${name} has the data_offsets ${JSON.stringify(offsets)}, not two positions`);
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((size, length) => size * length, bytesPerValue[dtype as Dtype]);
  if (end - begin !== expected)
    fail(`${name} is ${dtype} [${shape}], which takes ${expected} bytes, but has ${end - begin}`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function checkLayout(entries: [string, TensorEntry][], dataLength: number): void {
  let position = 0;
  let before = 'the header';
  for (const [key, { begin, end }] of entries) {
    const name = shown(key);
    if (end > dataLength)
      fail(`${name} ends at byte ${end}, but ${dataLength} bytes follow the header: the file is cut off or damaged`);
    if (begin < position) fail(`${name} begins at byte ${begin} and overlaps ${before}, which ends at ${position}`);
    if (begin > position) fail(`${begin - position} bytes before ${name} belong to no tensor`);
    position = end;
    before = name;
  }
  if (position < dataLength) fail(`${dataLength - position} bytes after the last tensor belong to no tensor`);
}

/** A stranger's name must not fill the screen or break the line. */
const shown = (name: string) => (/^[\w./-]{1,200}$/.test(name) ? name : JSON.stringify(name.slice(0, 200)));

function fail(message: string): never {
  throw new Error(`safetensors: ${message}`);
}
