import asc from 'assemblyscript/asc';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { philox4x32 } from '../../random/philox.js';

/** `expDown` alone, which the module of the kernels keeps to itself. */
async function compileExpDown(): Promise<(x: number) => number> {
  let bytes: Uint8Array | undefined;
  const options = 'assembly/exp-f64.ts -O3 --runtime stub --noAssert -o exp.wasm'.split(' ');
  const baseDir = fileURLToPath(new URL('../../..', import.meta.url));
  const { error } = await asc.main([...options, '--baseDir', baseDir], {
    writeFile: (_name, contents) => void (bytes = contents as Uint8Array),
  });
  if (error) throw error;
  const { instance } = await WebAssembly.instantiate(bytes as BufferSource);
  return (instance as WebAssembly.Instance).exports.expDown as (x: number) => number;
}

test('exp in float64 has the bits of Math.exp', async () => {
  const expDown = await compileExpDown();
  const differing: number[] = [];
  const compare = (x: number) => {
    if (!Object.is(expDown(x), Math.exp(x))) differing.push(x);
  };
  for (const x of [0, -0, -1e-300, -1e-9, -0.3465735, -0.3465736, -1, -1.0397, -1.0398, -708, -708.5, -709.8, -744.9, -745.2, -1e4, -Infinity]) compare(x); // prettier-ignore
  for (let i = 0; i < 100_000; i++) {
    const [a, b, c, d] = philox4x32([i, 0, 0, 0], [1, 2]);
    for (const [word, scale] of [[a, 1], [b, 30], [c, 760], [d, 1e-7]] as const) compare((-word / 2 ** 32) * scale); // prettier-ignore
  }
  expect(differing).toEqual([]);
});
