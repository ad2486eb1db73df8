import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { cpu } from '../cpu/index.js';
import { wasm } from '../wasm/index.js';
import { opReport, reportTable, type OpReport } from './index.js';
import { measure } from './measure.js';

describe('measure', () => {
  beforeAll(() => useBackend(cpu()));

  test('counts kernels, clones, buffers and bytes, and lets go of the backend', async () => {
    const x = tf.ones([10]);
    const methods = Object.keys(tf.backend());
    const cost = await measure(() => tf.clone(tf.concat([tf.square(x), x])));
    expect(cost).toEqual({ kernels: ['Square', 'Concat', 'Identity'], clones: 1, temporaries: 1, bytes: 120, peakBytes: 120 }); // prettier-ignore
    const inTurn = await measure(() => tf.tidy(() => tf.sum(tf.square(tf.tidy(() => tf.neg(tf.square(x)))))));
    expect(inTurn).toMatchObject({ temporaries: 3, bytes: 124, peakBytes: 84 });
    expect(Object.keys(tf.backend())).toEqual(methods);
    x.dispose();
  });

  test('sees memory come back while it is used', async () => {
    const x = tf.ones([10]);
    const cost = await measure(() => {
      tf.dispose(tf.square(x));
      return tf.square(x);
    });
    expect(cost).toMatchObject({ temporaries: 1, bytes: 80, peakBytes: 40 });
    x.dispose();
  });
});

describe('opReport', () => {
  let reports: OpReport[];
  beforeAll(async () => {
    reports = await opReport(wasm);
  });

  test('a kernel of wasm is one engine call, and so is its gradient', () => {
    const composed = /^(attentionWeights|tokenLogProbs|linearCrossEntropy)/;
    const fused = reports.filter(({ op }) => !composed.test(op));
    expect(fused.length).toBeGreaterThan(20);
    for (const { op, forward, training } of fused) {
      expect([op, ...forward.kernels]).toHaveLength(2);
      if (training) expect([op, ...training.kernels.filter((name) => name !== 'Identity')]).toHaveLength(3);
    }
  });

  test('attention on wasm makes nothing of the size of its weights', () => {
    const { forward, training } = reports.find(({ op }) => op === 'attention')!;
    const weights = 4 * (4 * 4 * 64 * 64);
    expect(forward.peakBytes).toBeLessThan(weights);
    // five tensors as the queries: the result and four that the gradient has or is made of
    expect(training!.peakBytes).toBeLessThan(5 * 4 * (4 * 64 * 128));
  });

  test('is a table, with a row for each op', () => {
    const lines = reportTable(reports).split('\n');
    expect(lines).toHaveLength(reports.length + 2);
    for (const line of lines) expect(line.split(' | ')).toHaveLength(12);
  });

  test('leaves nothing behind', () => {
    expect(tf.memory().numTensors).toBe(0);
  });
});
