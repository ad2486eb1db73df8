// Training byte-level BPE beside Hugging Face's Rust trainer on one thread, rounds interleaved; the merges must be equal.
//   node bench/train.mjs --python PATH --corpora FILE,FILE [--rounds 3] [--ours dist/index.js]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: args } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    corpora: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    ours: { type: 'string', default: new URL('../dist/index.js', import.meta.url).pathname },
  },
});
if (!args.corpora) throw new Error('train: --corpora FILE,FILE is needed');
const { trainBpe } = await import(pathToFileURL(resolve(args.ours)).href);

const program = `
import json, sys, time
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
text = open(sys.argv[1], encoding="utf-8", newline="").read()
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
trainer = trainers.BpeTrainer(vocab_size=int(sys.argv[2]), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
start = time.perf_counter()
tokenizer.train_from_iterator([text], trainer)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "merges": json.loads(tokenizer.to_str())["model"]["merges"]}))
`;
const theirs = (file, vocabSize) =>
  JSON.parse(
    spawnSync(args.python, ['-c', program, file, String(vocabSize)], {
      env: { ...process.env, RAYON_NUM_THREADS: '1', TOKENIZERS_PARALLELISM: 'false' },
      maxBuffer: 1 << 28,
    }).stdout.toString(),
  );
const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
const spread = (xs) => `${median(xs).toFixed(3)} s [${Math.min(...xs).toFixed(3)}-${Math.max(...xs).toFixed(3)}]`;

for (const file of args.corpora.split(','))
  for (const vocabSize of [4096 + 256, 1_000_000]) {
    const text = readFileSync(file, 'utf8');
    const ours = [];
    const rust = [];
    let equal = true;
    for (let round = 0; round < Number(args.rounds); round++) {
      const start = performance.now();
      const trained = trainBpe(text, { vocabSize });
      ours.push((performance.now() - start) / 1e3);
      const { seconds, merges } = theirs(file, vocabSize);
      rust.push(seconds);
      equal &&= JSON.stringify(merges) === JSON.stringify(trained.toJSON().model.merges);
    }
    console.log(
      `${basename(file)} to ${vocabSize}: ours ${spread(ours)}  Rust ${spread(rust)}  ${(median(rust) / median(ours)).toFixed(2)}x  merges ${equal ? 'equal' : 'DIFFER'}`,
    );
  }
