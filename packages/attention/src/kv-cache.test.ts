import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KvCache } from './index.js';

const sizes = { numLayers: 2, batchSize: 2, width: 3, contextLength: 10, pageSize: 4 };
const filled = (seq: number, value: number) => tf.fill([2, seq, 3], value);

/** Appends `seq` tokens of one value to both layers, as a forward pass does. */
function add(cache: KvCache, seq: number, value: number): void {
  tf.tidy(() => {
    for (const layer of [0, 1]) cache.append(layer, filled(seq, value + layer), filled(seq, -value));
    cache.advance(seq);
  });
}
/** The stored keys of a row in a layer, first column. */
function keys(cache: KvCache, layer: number, row: number): number[] {
  return tf.tidy(() => {
    const next = tf.zeros([cache.batchSize, 1, 3]); // written after the last token and never counted
    const stored = cache.append(layer, next, next);
    return [...(tf.slice(stored.keys, [row, 0, 0], [1, cache.length, 1]).dataSync() as Float32Array)];
  });
}

describe('KvCache', () => {
  let tensors: number;
  beforeEach(() => (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it('keeps what was appended across pages, layer by layer', () => {
    const cache = new KvCache(sizes);
    add(cache, 3, 1);
    add(cache, 2, 2);
    add(cache, 4, 3);
    expect(cache.length).toBe(9);
    expect(cache.room).toBe(1);
    expect(keys(cache, 0, 1)).toEqual([1, 1, 1, 2, 2, 3, 3, 3, 3]);
    expect(keys(cache, 1, 0)).toEqual([2, 2, 2, 3, 3, 4, 4, 4, 4]);
    cache.dispose();
  });

  it('refuses more than the context holds', () => {
    const cache = new KvCache(sizes);
    add(cache, 9, 1);
    expect(() => add(cache, 2, 2)).toThrow('KvCache: 11 tokens do not fit into a context of 10');
    cache.dispose();
  });

  it('forks rows that then go separate ways', () => {
    const cache = new KvCache({ ...sizes, leftPadding: [0, 2] });
    add(cache, 3, 1);
    const fork = cache.fork([1, 1, 0]);
    expect(fork.batchSize).toBe(3);
    expect(fork.leftPadding).toEqual([2, 2, 0]);
    tf.tidy(() => {
      for (const layer of [0, 1]) fork.append(layer, tf.fill([3, 1, 3], 9), tf.fill([3, 1, 3], 9));
      fork.advance(1);
    });
    add(cache, 1, 5);
    expect(keys(fork, 0, 2)).toEqual([1, 1, 1, 9]);
    expect(keys(cache, 0, 0)).toEqual([1, 1, 1, 5]);
    expect(() => cache.fork([2])).toThrow('KvCache.fork: row 2 of a batch of 2');
    cache.dispose();
    fork.dispose();
  });

  it('forgets what is truncated and writes over it', () => {
    const cache = new KvCache(sizes);
    add(cache, 5, 1);
    cache.truncate(2);
    add(cache, 1, 7);
    expect(keys(cache, 0, 0)).toEqual([1, 1, 7]);
    expect(() => cache.truncate(4)).toThrow('4 is not between 0 and the 3 tokens stored');
    cache.dispose();
  });

  it('counts positions from the first real token', () => {
    const cache = new KvCache({ ...sizes, leftPadding: [0, 2] });
    tf.tidy(() => {
      // prettier-ignore
      expect(cache.positions(4).arraySync()).toEqual([[0, 1, 2, 3], [0, 0, 0, 1]]);
    });
    add(cache, 4, 1);
    tf.tidy(() => {
      expect(cache.positions(1).arraySync()).toEqual([[4], [2]]);
    });
    cache.dispose();
  });

  it('masks left padding', () => {
    const cache = new KvCache({ ...sizes, leftPadding: [1, 0] });
    tf.tidy(() => {
      expect(cache.append(0, filled(2, 1), filled(2, 1)).keyMask!.arraySync()).toEqual([[0, 1, 1, 1], [1, 1, 1, 1]]); // prettier-ignore
    });
    cache.dispose();
  });

  it('counts whole rows and tokens only', () => {
    const cache = new KvCache(sizes);
    add(cache, 3, 1);
    expect(() => cache.truncate(1.5)).toThrow('1.5 is not between 0 and the 3 tokens stored');
    expect(() => cache.fork([0.5])).toThrow('KvCache.fork: row 0.5 of a batch of 2');
    cache.dispose();
  });

  it('forks what was truncated, and an empty cache', () => {
    const empty = new KvCache({ ...sizes, leftPadding: [0, 1] });
    const early = empty.fork([1]);
    add(empty, 5, 1);
    empty.truncate(1);
    const late = empty.fork([1, 0]);
    add(late, 2, 3);
    expect(keys(late, 1, 1)).toEqual([2, 4, 4]);
    expect([early.length, early.leftPadding]).toEqual([0, [1]]);
    for (const cache of [empty, early, late]) cache.dispose();
  });

  it('writes the same place again after a pass that failed between two layers', () => {
    const cache = new KvCache(sizes);
    add(cache, 2, 1);
    const failing = () => {
      cache.append(0, filled(3, 8), filled(3, 8));
      throw new Error('stop');
    };
    expect(() => tf.tidy(failing)).toThrow('stop');
    add(cache, 2, 4);
    expect(keys(cache, 0, 0)).toEqual([1, 1, 4, 4]);
    expect(keys(cache, 1, 0)).toEqual([2, 2, 5, 5]);
    cache.dispose();
  });

  it('is of no use once disposed of, which may happen twice', () => {
    const cache = new KvCache(sizes);
    add(cache, 2, 1);
    cache.dispose();
    cache.dispose();
    expect(() => add(cache, 1, 1)).toThrow('KvCache: it was disposed of');
  });

  it('does not touch the tensors it was given', () => {
    const cache = new KvCache(sizes);
    const given = filled(2, 4);
    tf.tidy(() => void cache.append(0, given, given));
    cache.advance(2);
    add(cache, 2, 1);
    expect([...given.dataSync()].every((value) => value === 4)).toBe(true);
    given.dispose();
    cache.dispose();
  });
});
