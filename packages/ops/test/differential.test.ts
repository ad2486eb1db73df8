import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cpu } from '../src/cpu/index.js';
import { differential } from '../src/testing/index.js';
import { stockCases } from '../src/testing/stock/index.js';
import { wasm } from '../src/wasm/index.js';

describe('wasm computes what cpu computes', () => {
  for (const { name, reason, run } of differential(wasm, cpu)) test.skipIf(reason)(name, run);
});

/** Functions of tfjs that compute nothing on a backend. */
const notOperations = new Set(
  `addNode backend customGrad dispose disposeVariables engine env findBackend getBackend getGradient getKernel
  getKernelsForBackend grad grads keep memory nextFrame ready registerGradient registerKernel removeBackend scalar
  setBackend tensor tensor1d tensor2d tensor3d tensor4d tidy time unregisterKernel upcastType valueAndGrads variable variableGrads version_core`.split(
    /\s+/,
  ),
);
const namespaces = /^(util|backend_util|slice_util|broadcast_util)\./;

/** Stock operations called in the sources of the packages, each with a file that does. */
function calledOperations(): Map<string, string> {
  const packages = new URL('../../', import.meta.url);
  const called = new Map<string, string>();
  for (const name of readdirSync(packages)) {
    const files = readdirSync(new URL(`${name}/`, packages)).includes('src')
      ? readdirSync(new URL(`${name}/src/`, packages), { recursive: true, encoding: 'utf8' })
      : [];
    for (const file of files.filter((path) => /(?<!\.test)\.ts$/.test(path) && !path.startsWith('testing/')))
      for (const [, op] of readFileSync(new URL(`${name}/src/${file}`, packages), 'utf8').matchAll(
        /\btf\.((?:[a-z]\w*\.)*[a-z]\w*)\b(?!\.[A-Z])/g,
      ))
        if (!notOperations.has(op!) && !namespaces.test(op!)) called.set(op!, `${name}/src/${file}`);
  }
  return called;
}

test('every stock operation that a package calls is compared', () => {
  const covered = new Set(stockCases.map(({ op }) => op));
  const missing = [...calledOperations()].filter(([op]) => !covered.has(op)).map(([op, file]) => `tf.${op} in ${file}`);
  expect(missing).toEqual([]);
});
