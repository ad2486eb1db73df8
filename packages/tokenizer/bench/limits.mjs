// What can go wrong: start-up beside gpt-tokenizer (each in a process of its own), one megabyte without a place to cut,
// memory while a gigabyte streams through, and tokenizer.json files of 100 MB that mean harm (time and memory: V8's JSON.parse has most of both).
//   node bench/limits.mjs --peers DIR [--ours dist/bpe.js] [--index dist/index.js] [--rounds 7] [--gigabyte] [--hostile]
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
    rounds: { type: 'string', default: '7' },
    hostile: { type: 'boolean', default: false },
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
  for (let round = 0; round < Number(args.rounds); round++)
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
for (const encoding of ['r50k_base', 'cl100k_base', 'o200k_base']) {
  const tokenizer = loadTiktoken(readFileSync(ranksOf(encoding)), encoding);
  for (const [name, make] of Object.entries(texts)) {
    const times = [250_000, 500_000, 1_000_000].map((bytes) => {
      const text = make(bytes);
      return median(
        [0, 1, 2].map(() => {
          const start = process.cpuUsage();
          tokenizer.encode(text);
          const { user, system } = process.cpuUsage(start);
          return (user + system) / 1e3;
        }),
      );
    });
    console.log(
      `${encoding}, 250 kB / 500 kB / 1 MB of ${name}: ${times.map((ms) => ms.toFixed(0)).join(' / ')} ms of processor time, ${(times[2] / times[0]).toFixed(1)}x for 4x`,
    );
  }
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

if (args.hostile) {
  const files = {
    'a token of 100 MB': `{"model":{"type":"WordLevel","vocab":{"${'a'.repeat(1e8)}":0},"unk_token":"a"}}`,
    '7 million tokens': `{"model":{"type":"WordLevel","unk_token":"a","vocab":{${Array.from({ length: 7e6 }, (_, i) => `"t${i}":${i}`).join()}}}}`,
    '16 million merges of nothing': `{"model":{"type":"BPE","vocab":{"a":0},"merges":[${'"a b",'.repeat(16e6)}"a b"]}}`,
    '1 MB of nested lists': `{"model":${'['.repeat(5e5)}${']'.repeat(5e5)}}`,
    '16 million numbers for a vocabulary': `{"model":{"type":"Unigram","unk_id":0,"vocab":[${'[1,2],'.repeat(16e6)}[1,2]]}}`,
    'Unigram tokens of 100 MB together': `{"model":{"type":"Unigram","unk_id":0,"vocab":[${Array.from({ length: 1e5 }, (_, i) => `["${String(i).padEnd(1000, 'x')}",0]`).join()}]}}`,
    '3 million added tokens': `{"model":{"type":"WordLevel","vocab":{},"unk_token":"a"},"added_tokens":[${Array.from({ length: 3e6 }, (_, i) => `{"id":${i},"content":"t${i}"}`).join()}]}`,
    'a pattern of 100 MB': `{"model":{"type":"WordLevel","vocab":{},"unk_token":"a"},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"${'(a*)*'.repeat(2e7)}"},"behavior":"Isolated"}}`,
  };
  const program = `
    import { readFileSync } from 'node:fs';
    const { Tokenizer } = await import(${JSON.stringify(pathToFileURL(resolve(args.index)).href)});
    const json = JSON.parse(readFileSync(0, 'utf8'));
    const start = performance.now();
    let answer;
    try {
      const tokenizer = Tokenizer.fromJSON(json);
      answer = tokenizer.vocabSize + ' tokens';
    } catch (error) {
      answer = error.message.slice(0, 120);
    }
    const megabytes = process.resourceUsage().maxRSS / 1e3;
    console.log(((performance.now() - start) / 1e3).toFixed(1) + ' s, at most ' + megabytes.toFixed(0) + ' MB resident: ' + answer);`;
  for (const [name, input] of Object.entries(files)) {
    const { stdout, status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { input });
    console.log(
      `${name} (${(input.length / 1e6).toFixed(0)} MB): ${stdout.toString().trim() || `ended with ${signal ?? status}`}`,
    );
  }
}
