// Compares ids with those that tooling/reference/tiktoken_fixtures.py wrote under OpenAI's own ranks.
//   python tooling/reference/tiktoken_fixtures.py --ranks DIR --count 100000 --corpora FILE... --out FILE.json.gz
//   node bench/fuzz.mjs --ranks DIR --expected FILE.json.gz [--ours dist/bpe.js]
// DIR has r50k_base.tiktoken, cl100k_base.tiktoken, o200k_base.tiktoken.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const { values: args } = parseArgs({
  options: {
    ranks: { type: 'string' },
    expected: { type: 'string' },
    ours: { type: 'string', default: new URL('../dist/bpe.js', import.meta.url).pathname },
  },
});
if (!args.ranks || !args.expected) throw new Error('fuzz: --ranks DIR and --expected FILE are needed');
const { loadTiktoken } = await import(pathToFileURL(resolve(args.ours)).href);
const { strings, ids, corpora = [], corpusIds = {} } = JSON.parse(gunzipSync(readFileSync(args.expected)).toString());

let wrong = 0;
for (const [encoding, expected] of Object.entries(ids)) {
  const tokenizer = loadTiktoken(readFileSync(join(args.ranks, `${encoding}.tiktoken`)), encoding);
  const check = (text, want, name) => {
    const got = tokenizer.encode(text);
    if (got.length === want.length && got.every((id, i) => id === want[i]) && tokenizer.decode(got) === text) return;
    if (wrong++ < 10)
      console.log(`${encoding}: ${name}\n  expected ${want.slice(0, 40)}\n  got      ${got.slice(0, 40)}`);
  };
  strings.forEach((text, i) => check(text, expected[i], JSON.stringify(text)));
  corpora.forEach((file, i) => check(readFileSync(file, 'utf8'), corpusIds[encoding][i], file));
  console.log(`${encoding}: ${strings.length} strings and ${corpora.length} corpora compared`);
}
console.log(wrong === 0 ? 'all equal' : `${wrong} differ`);
process.exitCode = wrong === 0 ? 0 : 1;
