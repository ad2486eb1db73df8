import * as tf from '@tensorflow/tfjs-core';
import { useBackend, type BackendPlugin } from '../backend/use-backend.js';
import { onBackend, skipped, type BackendTest, type Skip } from './backend-test.js';
import { expectClose } from './expect-close.js';
import { stockCases, type StockCase } from './stock/index.js';

export interface DifferentialOptions {
  /** Tests that this backend cannot pass, each with a reason. One that matches no test is an error. */
  skip?: Skip[];
  /** Allowed error relative to the other backend. @default 1e-5 */
  tolerance?: number;
}

interface Output {
  dtype: string;
  shape: number[];
  values: ArrayLike<number>;
}

/**
 * Every stock tfjs operation that the packages use, compared between two backends. The tests are handed to a runner as
 * those of `conformance`.
 *
 * @param plugin makes the backend under test
 * @param trusted makes the backend to compare it with: `cpu`
 */
export function differential(
  plugin: () => BackendPlugin,
  trusted: () => BackendPlugin,
  { skip = [], tolerance = 1e-5 }: DifferentialOptions = {},
): BackendTest[] {
  const backend = plugin();
  let expected: Map<StockCase, Output[]> | undefined;
  const bodies = stockCases.map((stockCase) => ({
    name: `tf.${stockCase.op}, ${stockCase.variant}`,
    async body() {
      if (!expected) {
        await useBackend(trusted());
        expected = new Map();
        for (const each of stockCases) expected.set(each, await outputs(each));
        await useBackend(backend);
      }
      const wanted = expected.get(stockCase)!;
      for (const [i, found] of (await outputs(stockCase)).entries()) {
        const { dtype, shape, values } = wanted[i]!;
        if (found.dtype !== dtype || String(found.shape) !== String(shape))
          throw new Error(`output ${i} is ${found.dtype} [${found.shape}], expected ${dtype} [${shape}]`);
        await expectClose(found.values, values, {
          tolerance: dtype === 'float32' ? tolerance : 0,
          name: `output ${i}`,
        });
      }
    },
  }));
  return onBackend(backend, skipped(bodies, skip));
}

async function outputs({ run }: StockCase): Promise<Output[]> {
  const results = tf.tidy(() => {
    const result = run();
    return Array.isArray(result) ? result : [result];
  });
  const read = await Promise.all(
    results.map(async (tensor) => ({ dtype: tensor.dtype, shape: tensor.shape, values: await tensor.data() })),
  );
  tf.dispose(results);
  return read;
}
