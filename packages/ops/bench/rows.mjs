// node bench/rows.mjs [rounds]: bytes of weights that the product of few rows reads a second, in float32 and int8, beside
// loops that only read. All take turns over weights that no cache holds; of each piece the fastest time counts.
import asc from 'assemblyscript/asc';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

const baseDir = fileURLToPath(new URL('..', import.meta.url));
const rounds = Number(process.argv[2] ?? 8);
const total = 160 * 2 ** 20;

async function instantiate(file, options, imports) {
  let bytes;
  const common = `assembly/${file} -O3 --runtime stub --noAssert --enable simd -o m.wasm --baseDir`;
  const { error, stderr } = await asc.main([...common.split(' '), baseDir, ...options], {
    writeFile: (_name, contents) => void (bytes = contents),
  });
  if (error) throw new Error(stderr.toString());
  return (await WebAssembly.instantiate(bytes, imports)).instance.exports;
}

const memory = new WebAssembly.Memory({ initial: Math.ceil(total / 65536) + 256 });
const shared = [['--importMemory', '--noExportMemory'], { env: { memory } }];
const [kernels, loops] = [await instantiate('index.ts', ...shared), await instantiate('read.ts', ...shared)];
new Float32Array(memory.buffer).fill(0.7);
const [x, scales, y, scratch, weights] = [2 ** 16, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24 - 2 ** 22];

/** What is timed on one weight `[n, k]` at `w`, by name. */
const runs = (n, k, bytes) => ({
  'read, one stream': (w) => loops.readOne(w, bytes & ~127),
  'read, four streams': (w) => loops.readFour(w, bytes & ~127),
  ...Object.fromEntries(
    [1, 2, 4, 8].map((m) => [
      `float32, ${m} row${m > 1 ? 's' : ''}`,
      (w) => kernels.gemm(x, w, 0, y, 1, 0, 0, m, n, k, 0, 1, scratch),
    ]),
  ),
  ...Object.fromEntries(
    [1, 2, 4, 8].map((m) => [
      `int8, ${m} row${m > 1 ? 's' : ''}`,
      (w) => kernels.quantized_gemm(x, w, scales, 0, 0, k, 0, y, m, n, k, 1, 0, n, scratch),
    ]),
  ),
});

for (const [n, k] of [
  [2304, 768],
  [768, 3072],
  [384, 128],
]) {
  const sizes = { float32: 4 * n * k, int8: n * k };
  const pieces = Math.floor(total / sizes.float32);
  const best = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(runs(n, k, sizes.float32)))
      for (let piece = 0; piece < pieces; piece++) {
        const from = performance.now();
        run(weights + piece * sizes.float32);
        const times = (best[name] ??= new Float64Array(pieces).fill(Infinity));
        times[piece] = Math.min(times[piece], performance.now() - from);
      }
  console.log(`\nweight [${n}, ${k}], load ${loadavg()[0].toFixed(1)}`);
  const mean = (name) => best[name].reduce((a, b) => a + b) / pieces;
  for (const name of Object.keys(best)) {
    const bytes = name.startsWith('int8') ? sizes.int8 : sizes.float32;
    const time = mean(name);
    console.log(
      `${name.padEnd(20)}${(1000 * time).toFixed(1).padStart(10)} us${(bytes / time / 1e6).toFixed(1).padStart(8)} GB/s` +
        `${(time / mean('float32, 1 row')).toFixed(2).padStart(8)} of one row in float32`,
    );
  }
}
