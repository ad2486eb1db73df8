import type { ProgramLimit } from '../src/testing/index.js';

type Exceptions = NonNullable<ProgramLimit['except']>;

/** What calls may ask of webgl and webgpu. */
const limit = (...except: Exceptions): ProgramLimit => ({
  most: 10,
  except: [
    { cases: /^linearCrossEntropy/, most: 60, reason: 'a cross entropy of its own for each chunk of tokens' },
    { cases: /^decoderBlock/, most: 40, reason: 'seven operations, one after the other' },
    { cases: /^rotary .*tables of rotaryTables/, stores: 2 ** 13, reason: 'it makes its tables, which are uploaded' },
    ...except,
  ],
});

export const webgpuPrograms = limit();

export const webglPrograms = limit({
  cases: /^sampleTokens .*(topK|topP|all of them|-Infinity)/,
  stores: 11 * 2 ** 11,
  reason: 'a sum for each of the 2,048 values of a digit of the bound, in up to 11 rows',
});
