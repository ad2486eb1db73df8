// Encoding, decoding and loading beside other JavaScript tokenizers.
//   node bench/encode.mjs --peers DIR --corpora FILE,FILE [--encodings r50k_base,cl100k_base,o200k_base] [--rounds 5] [--names gpt-tokenizer,bpe-lite]
//   ... --python PATH compares warm encoding with Python's tiktoken too (one thread, in a process of its own, in turns with ours)
// DIR has gpt-tokenizer, ai-tokenizer, bpe-lite, js-tiktoken (as many as are wanted) in its node_modules; the rank files are gpt-tokenizer's.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    peers: { type: 'string' },
    corpora: { type: 'string' },
    encodings: { type: 'string', default: 'r50k_base,cl100k_base,o200k_base' },
    rounds: { type: 'string', default: '5' },
    names: { type: 'string', default: 'gpt-tokenizer,ai-tokenizer,bpe-lite,js-tiktoken' },
    python: { type: 'string' },
    ours: { type: 'string', default: new URL('../dist/bpe.js', import.meta.url).pathname },
  },
});
if (!args.peers || !args.corpora) throw new Error('bench: --peers DIR and --corpora FILE,FILE are needed');
const peers = resolve(args.peers);
const require = createRequire(join(peers, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { loadTiktoken } = await import(pathToFileURL(resolve(args.ours)).href);
const rounds = Number(args.rounds);

/** Each makes `{ encode, decode }` for an encoding, or throws where it has none. */
const makers = {
  ours: async (encoding) => {
    const tokenizer = loadTiktoken(
      readFileSync(join(peers, `node_modules/gpt-tokenizer/data/${encoding}.tiktoken`)),
      encoding,
    );
    return { encode: (text) => tokenizer.encode(text), decode: (ids) => tokenizer.decode(ids) };
  },
  'gpt-tokenizer': async (encoding) => {
    const module = await load(`gpt-tokenizer/encoding/${encoding}`);
    return { encode: (text) => module.encode(text), decode: (ids) => module.decode(ids) };
  },
  'ai-tokenizer': async (encoding) => {
    const { Tokenizer } = await load('ai-tokenizer');
    const tokenizer = new Tokenizer(await load(`ai-tokenizer/encoding/${encoding}`));
    return { encode: (text) => tokenizer.encode(text), decode: (ids) => tokenizer.decode(ids) };
  },
  'bpe-lite': async (encoding) => {
    const name = { cl100k_base: 'openai', o200k_base: 'openai-o200k' }[encoding];
    if (!name) throw new Error(`bpe-lite has no ${encoding}`);
    const module = await load('bpe-lite');
    return { encode: (text) => module.encode(text, name), decode: (ids) => module.decode(ids, name) };
  },
  'js-tiktoken': async (encoding) => {
    const { Tiktoken } = await load('js-tiktoken/lite');
    const { default: ranks } = await load(`js-tiktoken/ranks/${encoding}`);
    const tokenizer = new Tiktoken(ranks);
    return { encode: (text) => tokenizer.encode(text), decode: (ids) => tokenizer.decode(ids) };
  },
};

const tiktokenProgram = `
import base64, inspect, sys, time
import tiktoken, tiktoken_ext.openai_public as public
name, ranks, corpus = sys.argv[1:]
scope = {**vars(public), "load_tiktoken_bpe": lambda *args, **kwargs: {}}
exec(inspect.getsource(getattr(public, name)), scope)
pieces = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in open(ranks, "rb") if line.strip())}
encoding = tiktoken.Encoding(name, pat_str=scope[name]()["pat_str"], mergeable_ranks=pieces, special_tokens={})
text = open(corpus, encoding="utf-8", newline="").read()[:int(sys.stdin.readline())]
encoding.encode_ordinary(text)
for line in sys.stdin:
    start = time.perf_counter()
    ids = encoding.encode_ordinary(text)
    print((time.perf_counter() - start) * 1e3, len(ids), flush=True)
`;

/** Python's tiktoken with a text; each call of `encode` gives its milliseconds and number of ids. */
function pythonTiktoken(encoding, file, characters) {
  const ranks = join(peers, `node_modules/gpt-tokenizer/data/${encoding}.tiktoken`);
  const child = spawn(args.python, ['-c', tiktokenProgram, encoding, ranks, file], {
    env: { ...process.env, RAYON_NUM_THREADS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${characters}\n`);
  return {
    encode: async () => {
      child.stdin.write('encode\n');
      return (await answers.next()).value.split(' ').map(Number);
    },
    end: () => child.stdin.end(),
  };
}

const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
const time = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

const results = [];
for (const encoding of args.encodings.split(',')) {
  const built = {};
  for (const [name, make] of Object.entries(makers)) {
    if (name !== 'ours' && !args.names.split(',').includes(name)) continue;
    try {
      built[name] = await make(encoding);
    } catch (error) {
      console.error(`skipped ${name} for ${encoding}: ${error.message.split('\n')[0]}`);
    }
  }
  for (const file of args.corpora.split(',')) {
    const text = readFileSync(file, 'utf8').slice(0, 1_000_000);
    const megabytes = Buffer.byteLength(text) / 1e6;
    const short = text.split(/(?<=\n)/).filter((line) => line.length > 1);
    const expected = built.ours.encode(text);
    const ids = expected.join();
    const rates = {};
    const wrong = new Set();
    for (let round = 0; round <= rounds; round++)
      for (const [name, { encode, decode }] of Object.entries(built)) {
        if (name === 'js-tiktoken' && round > 2) continue;
        const rate = (rates[name] ??= { first: [], warm: [], short: [], decode: [] });
        if (round === 0) {
          rate.first.push(megabytes / (time(() => encode(text)) / 1e3));
          if (encode(text).join() !== ids) wrong.add(name);
          continue;
        }
        rate.warm.push(megabytes / (time(() => encode(text)) / 1e3));
        rate.short.push(megabytes / (time(() => short.forEach((line) => encode(line))) / 1e3));
        // the character read flattens ropes, which are not yet text
        rate.decode.push(megabytes / (time(() => decode(expected).charCodeAt(5000)) / 1e3));
      }
    if (args.python) {
      // code points, as Python counts them
      const python = pythonTiktoken(encoding, file, [...text].length);
      const times = { ours: [], tiktoken: [] };
      for (let round = 0; round < 2 * rounds; round++) {
        times.ours.push(time(() => built.ours.encode(text)));
        const [milliseconds, count] = await python.encode();
        times.tiktoken.push(milliseconds);
        if (count !== expected.length) throw new Error(`tiktoken has ${count} ids of ${file}, not ${expected.length}`);
      }
      python.end();
      console.log(
        `${encoding} ${basename(file)} tiktoken in Python ${median(times.tiktoken).toFixed(1)} ms, ours ${median(times.ours).toFixed(1)} ms  => ${(median(times.tiktoken) / median(times.ours)).toFixed(2)}x`,
      );
    }
    for (const what of ['first', 'warm', 'short', 'decode']) {
      const rival = Object.keys(rates)
        .filter((name) => name !== 'ours' && !wrong.has(name))
        .map((name) => [median(rates[name][what]), name])
        .sort((a, b) => b[0] - a[0])[0];
      const ours = median(rates.ours[what]);
      results.push({
        encoding,
        corpus: basename(file),
        what,
        ours,
        rival: rival?.[1],
        ratio: rival ? ours / rival[0] : null,
      });
      const all = Object.entries(rates)
        .map(
          ([name, rate]) =>
            `${name}${wrong.has(name) ? '(ids wrong)' : ''} ${median(rate[what]).toFixed(1)} [${Math.min(...rate[what]).toFixed(1)}-${Math.max(...rate[what]).toFixed(1)}]`,
        )
        .join('  ');
      console.log(
        `${encoding} ${basename(file)} ${what.padEnd(6)} MB/s  ${all}  => ${rival ? `${(ours / rival[0]).toFixed(2)}x ${rival[1]}` : '-'}`,
      );
    }
  }
}
console.log(JSON.stringify(results));
