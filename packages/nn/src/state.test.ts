import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  byteVariable,
  fromHost,
  hostStateDict,
  initialize,
  Linear,
  loadStateDict,
  Module,
  stateDict,
  type HostTensor,
} from './index.js';

const float = (shape: number[], values: number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

describe('state dicts', () => {
  it('go to the host and back', async () => {
    using a = initialize(new Linear(3, 2), { seed: 1 });
    using b = initialize(new Linear(3, 2), { seed: 2 });
    loadStateDict(b, await hostStateDict(a));
    expect(await hostStateDict(b)).toEqual(await hostStateDict(a));
  });

  it('copy: neither side sees later changes of the other', async () => {
    using linear = new Linear(2, 1, { bias: false });
    const given = float([1, 2], [1, 2]);
    loadStateDict(linear, new Map([['weight', given]]));
    const read = await hostStateDict(linear);
    // an in-place kernel would write here
    (linear.weight.dataSync() as Float32Array)[0] = 7;
    expect([...given.data]).toEqual([1, 2]);
    expect([...read.get('weight')!.data]).toEqual([1, 2]);
  });

  it('load from another live model without tying the two', () => {
    using a = initialize(new Linear(2, 2), { seed: 1 });
    using b = new Linear(2, 2);
    loadStateDict(b, stateDict(a));
    a.weight.assign(tf.zeros([2, 2]));
    expect(b.weight.dataSync().some((value) => value !== 0)).toBe(true);
  });

  it('name every problem and change nothing', () => {
    using linear = initialize(new Linear(2, 2), { seed: 1 });
    const before = linear.weight.dataSync().slice();
    const state = new Map<string, HostTensor | tf.Tensor>([
      ['weight', float([2, 3], [1, 2, 3, 4, 5, 6])],
      ['extra', tf.zeros([1])],
    ]);
    expect(() => loadStateDict(linear, state)).toThrow(
      'loadStateDict: bias is missing; extra is not expected; weight is float32 [2, 3] and should be float32 [2, 2]',
    );
    expect(linear.weight.dataSync()).toEqual(before);
  });

  it('refuse two fields with one path', () => {
    using linear = new Linear(2, 2);
    Object.assign(linear, { outProj: new Linear(1, 1), out_proj: new Linear(1, 1) });
    expect(() => stateDict(linear)).toThrow('out_proj.bias: two fields have this path');
  });

  it('keep integer and boolean types', () => {
    const tensor = fromHost({ dtype: 'int32', shape: [2], data: Int32Array.of(1, -2) });
    expect(tensor.dtype).toBe('int32');
    expect([...tensor.dataSync()]).toEqual([1, -2]);
  });

  it('pack bytes in threes, and load those or bytes', async () => {
    class Codes extends Module {
      codes = byteVariable(Uint8Array.of(1, 255, 3, 4));
    }
    using saved = new Codes();
    expect(saved.codes).toMatchObject({ dtype: 'bool', shape: [6], trainable: false });
    const state = await hostStateDict(saved);
    const data = Int32Array.of(1 + 255 * 256 + 3 * 65536, 4);
    expect(state).toEqual(new Map([['codes', { dtype: 'int32', shape: [2], data }]]));
    using loaded = new Codes();
    loadStateDict(loaded, new Map([['codes', { dtype: 'int32', shape: [2], data: Int32Array.of(7, 2 ** 24 - 1) }]]));
    expect([...(await loaded.codes.data())]).toEqual([7, 0, 0, 255, 255, 255]);
    loadStateDict(loaded, stateDict(saved));
    expect(await hostStateDict(loaded)).toEqual(state);
    const short: HostTensor = { dtype: 'int32', shape: [3], data: new Int32Array(3) };
    expect(() => loadStateDict(saved, new Map([['codes', short]]))).toThrow(
      'codes is int32 [3] and should be int32 [2]',
    );
  });
});
