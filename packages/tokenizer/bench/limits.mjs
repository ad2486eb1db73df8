// What can go wrong: start-up beside gpt-tokenizer (each in a process of its own), one megabyte without a place to cut,
// and memory while a gigabyte streams through.
//   node bench/limits.mjs --peers DIR [--ours dist/bpe.js] [--index dist/index.js] [--gigabyte]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    peers: { type: 'string' },
    ours: { type: 'string', default: new URL('../dist/bpe.js', import.meta.url).pathname },
    index: { type: 'string', default: new URL('../dist/index.js', import.meta.url).pathname },
    gigabyte: { type: 'boolean', default: false },
  },
});
if (!args.peers) throw new Error('limits: --peers DIR is needed');
const ours = pathToFileURL(resolve(args.ours)).href;
const require = createRequire(join(resolve(args.peers), 'package.json'));
const ranksOf = (encoding) => join(resolve(args.peers), `node_modules/gpt-tokenizer/data/${encoding}.tiktoken`);
const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

const seconds = (program) => {
  const timed = `const start = performance.now(); ${program}; console.log(performance.now() - start)`;
  return Number(spawnSync(process.execPath, ['--input-type=module', '-e', timed]).stdout.toString());
};
for (const encoding of ['r50k_base', 'cl100k_base', 'o200k_base']) {
  const programs = {
    ours: `const { readFileSync } = await import('node:fs'); const { loadTiktoken } = await import(${JSON.stringify(ours)}); loadTiktoken(readFileSync(${JSON.stringify(ranksOf(encoding))}), '${encoding}').encode('Hello, world')`,
    'gpt-tokenizer': `const { default: g } = await import(${JSON.stringify(pathToFileURL(require.resolve(`gpt-tokenizer/encoding/${encoding}`)).href)}); g.encode('Hello, world')`,
  };
  const times = { ours: [], 'gpt-tokenizer': [] };
  for (let round = 0; round < 7; round++)
    for (const [name, program] of Object.entries(programs)) times[name].push(seconds(program));
  console.log(
    `load ${encoding}: ${Object.entries(times)
      .map(
        ([name, xs]) =>
          `${name} ${median(xs).toFixed(0)} ms [${Math.min(...xs).toFixed(0)}-${Math.max(...xs).toFixed(0)}]`,
      )
      .join('  ')}`,
  );
}

const { loadTiktoken } = await import(ours);
let state = 1;
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const texts = {
  'one letter': (bytes) => 'a'.repeat(bytes),
  spaces: (bytes) => ' '.repeat(bytes),
  underscores: (bytes) => '_'.repeat(bytes),
  'random letters': (bytes) => Array.from({ length: bytes }, () => String.fromCharCode(97 + random(26))).join(''),
  CJK: (bytes) => Array.from({ length: bytes / 3 }, () => String.fromCharCode(0x4e00 + random(20000))).join(''),
};
const tokenizer = loadTiktoken(readFileSync(ranksOf('o200k_base')), 'o200k_base');
for (const [name, make] of Object.entries(texts)) {
  const times = [250_000, 500_000, 1_000_000].map((bytes) => {
    const text = make(bytes);
    return median(
      [0, 1, 2].map(() => {
        const start = performance.now();
        tokenizer.encode(text);
        return performance.now() - start;
      }),
    );
  });
  console.log(`o200k_base, 250 kB / 500 kB / 1 MB of ${name}: ${times.map((ms) => ms.toFixed(0)).join(' / ')} ms`);
}

if (args.gigabyte) {
  const { encodeStream, Tokenizer } = await import(pathToFileURL(resolve(args.index)).href);
  const full = Tokenizer.fromTiktoken(readFileSync(ranksOf('cl100k_base')), 'cl100k_base');
  const words = Array.from({ length: 5000 }, () =>
    Array.from({ length: 1 + random(9) }, () => String.fromCharCode(97 + random(26))).join(''),
  );
  function* gigabyte() {
    for (let sent = 0; sent < 1e9;) {
      let chunk = '';
      while (chunk.length < 60_000) chunk += `${words[random(5000)]}${random(1000)}${random(12) ? ' ' : '\n'}`;
      sent += chunk.length;
      yield chunk;
    }
  }
  let ids = 0;
  let peak = 0;
  for await (const block of encodeStream(full, gigabyte())) {
    ids += block.length;
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  console.log(`1 GB in a stream: ${ids} ids, at most ${(peak / 1e6).toFixed(0)} MB resident`);
}
