// node bench/kernels.mjs (after npm run build): time of each kernel in plain tfjs and in ours on wasm. Either runs in a
// process of its own, because our plugin replaces tfjs kernels; rounds alternate and the fastest counts.
import asc from 'assemblyscript/asc';
import * as tf from '@tensorflow/tfjs-core';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { registerGradients, useBackend } from '../dist/index.js';
import { wasm } from '../dist/wasm.js';
import { cases } from './cases.mjs';

const rounds = 5;
const millisecondsPerCase = 60;

/** Milliseconds of one call, the fastest of several batches. */
function time(run) {
  const start = performance.now();
  run();
  const batch = Math.max(1, Math.round(5 / (performance.now() - start)));
  let best = Infinity;
  for (const end = performance.now() + millisecondsPerCase; performance.now() < end;) {
    const from = performance.now();
    for (let i = 0; i < batch; i++) run();
    best = Math.min(best, (performance.now() - from) / batch);
  }
  return best;
}

/** Times every case in this process. */
async function measure(side) {
  if (side === 'ours') await useBackend(wasm());
  else {
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
  }
  registerGradients();
  return cases.map((entry) => {
    const inputs = entry.make();
    const run = () => tf.tidy(() => void entry[side](...inputs));
    run();
    return time(run);
  });
}

/** Operations a millisecond of the fastest multiply-add loop. */
async function measurePeak() {
  let bytes;
  const options = 'assembly/peak.ts -O3 --runtime stub --noAssert --enable simd -o peak.wasm'.split(' ');
  const baseDir = fileURLToPath(new URL('..', import.meta.url));
  await asc.main([...options, '--baseDir', baseDir], { writeFile: (_name, contents) => void (bytes = contents) });
  const { instance } = await WebAssembly.instantiate(bytes);
  return (96 * 100_000) / time(() => instance.exports.peak(100_000));
}

function child(side) {
  const { stdout, status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), side], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the process that measures '${side}' failed`);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

const [side] = process.argv.slice(2);
if (side) console.log(JSON.stringify(await measure(side)));
else {
  const best = { plain: cases.map(() => Infinity), ours: cases.map(() => Infinity) };
  let peak = 0;
  for (let round = 0; round < rounds; round++) {
    peak = Math.max(peak, await measurePeak());
    for (const name of ['plain', 'ours'])
      child(name).forEach((milliseconds, i) => {
        best[name][i] = Math.min(best[name][i], milliseconds);
      });
  }
  console.log(`multiply-add loop: ${(peak / 1e6).toFixed(1)} GF/s\n`);
  console.log(
    `${'kernel'.padEnd(52)}${'tfjs ms'.padStart(10)}${'ours ms'.padStart(10)}${'ratio'.padStart(8)}    of peak`,
  );
  cases.forEach(({ name, work }, i) => {
    const [plain, ours] = [best.plain[i], best.ours[i]];
    const ofPeak = work ? `${((100 * work) / ours / peak).toFixed(0)} %`.padStart(10) : '';
    const row = [
      plain.toFixed(3).padStart(10),
      ours.toFixed(3).padStart(10),
      (plain / ours).toFixed(1).padStart(8),
      ofPeak,
    ];
    console.log(name.padEnd(52) + row.join(''));
  });
}
