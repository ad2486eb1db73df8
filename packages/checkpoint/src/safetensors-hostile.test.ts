import { describe, expect, it } from 'vitest';
import { decodeSafetensors } from './index.js';

/** A file with any header text and any number of bytes after it. */
function file(header: string | Uint8Array, dataLength = 0, claimed?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const entry = (begin: number, end: number, shape = `[${(end - begin) / 4}]`, dtype = 'F32') =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;

const cases: [string, Uint8Array, string][] = [
  ['no bytes', new Uint8Array(0), '0 bytes are too few to be a file of this format'],
  ['a few bytes', new Uint8Array(7), '7 bytes are too few'],
  ['a header beyond the end', file('{}', 0, 3n), 'the header claims 3 bytes, but the file has 10 in all'],
  ['an enormous header', file('{}', 0, 2n ** 63n), 'claims 9223372036854775808 bytes, more than the 100000000 allowed'],
  ['no header', file(''), 'the header is not JSON'],
  ['bytes that are no text', file(new Uint8Array([0x7b, 0xff, 0x7d])), 'the header is not UTF-8 text'],
  ['text that is no JSON', file('{"a":'), 'the header is not JSON'],
  ['JSON that is no object', file('[1]'), 'the header is not a JSON object'],
  ['null', file('null'), 'the header is not a JSON object'],
  ['space before the header', file(' {}'), 'the header is not a JSON object'],
  ['a name twice', file(`{"a":${entry(0, 4)},"a":${entry(4, 8)}}`, 8), 'the header has "a" twice'],
  ['a name twice, once escaped', file(`{"a":${entry(0, 4)},"\\u0061":${entry(4, 8)}}`, 8), 'the header has "a" twice'],
  [
    'a field twice',
    file(`{"a":{"dtype":"F32","dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4),
    'has "dtype" twice',
  ],
  ['metadata that is no text', file('{"__metadata__":{"a":1}}'), '__metadata__ must be an object of strings'],
  ['an entry that is no object', file('{"a":3}'), 'the entry of a is not an object'],
  ['an unknown dtype', file(`{"a":${entry(0, 4, '[1]', 'F7')}}`, 4), 'a has the dtype "F7"; known are F64, F32'],
  ['a dtype of Object.prototype', file(`{"a":${entry(0, 4, '[1]', 'toString')}}`, 4), 'a has the dtype "toString"'],
  ['a negative size', file(`{"a":${entry(0, 4, '[-1]')}}`, 4), 'a has the shape [-1], not a list of sizes'],
  ['a broken size', file(`{"a":${entry(0, 4, '[0.5]')}}`, 4), 'a has the shape [0.5]'],
  ['a negative offset', file(`{"a":${entry(-4, 0, '[1]')}}`, 4), 'a has the data_offsets [-4,0], not two positions'],
  ['one offset', file('{"a":{"dtype":"F32","shape":[],"data_offsets":[4]}}', 4), 'data_offsets [4]'],
  ['offsets the wrong way round', file(`{"a":${entry(4, 0, '[1]')}}`, 4), 'takes 4 bytes, but has -4'],
  ['a shape of another size', file(`{"a":${entry(0, 8, '[3]')}}`, 8), 'a is F32 [3], which takes 12 bytes, but has 8'],
  [
    'sizes whose product overflows',
    file(`{"a":${entry(0, 0, '[4294967296,4294967296,4294967296]')}}`),
    'a is F32 [4294967296,4294967296,4294967296], which takes',
  ],
  ['offsets beyond the end', file(`{"a":${entry(0, 400)}}`, 8), 'a ends at byte 400, but 8 bytes follow the header'],
  [
    'overlap',
    file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12),
    'b begins at byte 4 and overlaps a, which ends at 8',
  ],
  ['a hole', file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), '4 bytes before b belong to no tensor'],
  ['a name of two lines', file(`{"a\\nb":${entry(0, 8, '[3]')}}`, 8), '"a\\nb" is F32 [3], which takes 12 bytes'],
  ['a name without end', file(`{"${'x'.repeat(1e6)}":3}`), `the entry of "${'x'.repeat(200)}" is not an object`],
  ['bytes at the end', file(`{"a":${entry(0, 4)}}`, 5), '1 bytes after the last tensor belong to no tensor'],
];

describe('a damaged or hostile file is refused in one sentence', () => {
  it.each(cases)('%s', (_what, bytes, message) => {
    const error = (() => {
      try {
        decodeSafetensors(bytes);
      } catch (caught) {
        return caught as Error;
      }
    })();
    expect(error?.message).toContain(message);
    expect(error?.message).toMatch(/^safetensors: [^\n]+$/);
  });

  it('a value that does not fit is refused with its name', () => {
    const wide = file(`{"a":${entry(0, 8, '[1]', 'I64')}}`, 8);
    new DataView(wide.buffer).setBigInt64(wide.length - 8, 2n ** 31n, true);
    expect(() => decodeSafetensors(wide)).toThrow('a holds the I64 value 2147483648, outside the range of int32');
    const double = file(`{"a":${entry(0, 8, '[1]', 'F64')}}`, 8);
    new DataView(double.buffer).setFloat64(double.length - 8, 1e300, true);
    expect(() => decodeSafetensors(double)).toThrow('a holds the F64 value 1e+300, too large for float32');
    const truth = file(`{"a":${entry(0, 1, '[1]', 'BOOL')}}`, 1);
    truth[truth.length - 1] = 2;
    expect(() => decodeSafetensors(truth)).toThrow('a holds the BOOL byte 2, neither 0 nor 1');
  });

  it('names such as __proto__ are names', () => {
    const { tensors } = decodeSafetensors(file(`{"__proto__":${entry(0, 4)},"7":${entry(4, 8)}}`, 8));
    expect([...tensors.keys()]).toEqual(['__proto__', '7']);
  });
});
