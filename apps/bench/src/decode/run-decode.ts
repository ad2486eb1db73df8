import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { namesOf, wholeNumber } from '../arguments.js';
import { ashlar, chosen, exportOnnx, installPeers, node, onnxruntime } from '../competitors.js';
import { load, machine } from '../machine.js';
import { generateInRounds, withCompetitors } from '../measure.js';
import { trainingOptimizer } from '../models.js';
import { writeJob } from '../prepare.js';
import { measureRoofline } from '../roofline.js';
import { decodeMarkdown, decodeRows, LOGIT_TOLERANCE } from './report.js';
import { bytesPerToken, shapes, type Shape } from './shapes.js';

export const decodeHelp = `npm run bench -- decode [options]

Times one greedily decoded token, batch 1 with a cache, of models with drawn weights: Ashlar in float32 and int8, each in a
process of its own on one thread, in rounds that take turns after half a second of warming up each. Ids and
logits are compared with the first row's.

  --python PATH     also onnxruntime-node, on a file that this Python exports (it needs torch, onnx and onnxscript)
  --shape NAMES     with commas: ${Object.keys(shapes).join(', ')} (default both)
  --only NAMES      only these, with commas: ashlar, ashlar-int8, onnxruntime-node
  --rounds N        rounds (default 5)
  --tokens N        tokens in each round (default 32)
  --out FILE        result file (default apps/bench/results/decode.json)
  --help            this text`;

interface DecodeOptions {
  python: string | undefined;
  only: string[] | undefined;
  shapes: (keyof typeof shapes)[];
  rounds: number;
  tokens: number;
  out: string | undefined;
}

/** Reads the command line; null for --help. Throws a sentence where an option is unknown or out of range. */
export function parseDecodeOptions(args: string[]): DecodeOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      python: { type: 'string' },
      shape: { type: 'string', default: Object.keys(shapes).join(',') },
      only: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      tokens: { type: 'string', default: '32' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const names = namesOf('shape', values.shape, Object.keys(shapes) as (keyof typeof shapes)[]);
  const most = Math.min(...names.map((name) => shapes[name].maxTokens));
  return {
    python: values.python,
    only: values.only?.split(','),
    shapes: names,
    rounds: wholeNumber('rounds', values.rounds, 1, 100),
    tokens: wholeNumber('tokens', values.tokens, 1, most),
    out: values.out,
  };
}

const say = (line: string) => console.error(line);

function chooseDecoders({ python, only }: DecodeOptions) {
  const all = [
    ashlar,
    node('ashlar-int8', 'Ashlar, wasm, linears and head in int8', './ashlar.js', '--scheme', 'int8'),
    ...(python ? [onnxruntime] : []),
  ];
  return chosen(all, only, ' (onnxruntime-node needs --python)');
}

async function decode(shape: Shape, options: DecodeOptions) {
  const competitors = chooseDecoders(options);
  const folder = writeJob({ model: shape.model, batchSize: 1, optimizer: trainingOptimizer, ids: [] }, 1);
  try {
    const { python, rounds, tokens } = options;
    if (python && competitors.some(({ name }) => name === 'onnxruntime-node')) {
      installPeers();
      exportOnnx(python, folder);
    }
    return await withCompetitors(competitors, folder, async (running) => {
      const bytes = bytesPerToken(shape.model);
      const roofline = await measureRoofline({ bufferBytes: bytes });
      await generateInRounds(running, { prompt: shape.prompt, tokens, rounds }, say);
      const { ids } = running[0]!.result;
      const logits: number[][] = [];
      for (const { child } of running)
        logits.push((await child.ask({ type: 'logits', prompt: shape.prompt, ids })).values);
      const rows = decodeRows(
        running.map(({ result }) => result),
        logits,
        bytes,
      );
      return { roofline, rows };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs what the command line asks for, prints tables and writes the figures; false where a float32 row decodes something else. */
export async function runDecode(args: string[]): Promise<boolean> {
  const options = parseDecodeOptions(args);
  if (!options) {
    console.log(decodeHelp);
    return true;
  }
  const loadAtStart = load();
  const results = [];
  for (const name of options.shapes)
    results.push({ shape: name, ...shapes[name], ...(await decode(shapes[name], options)) });
  const where = { ...machine(), load: [loadAtStart, load()] };
  const out = options.out ?? fileURLToPath(new URL('../results/decode.json', import.meta.url));
  mkdirSync(dirname(out), { recursive: true });
  const { rounds, tokens } = options;
  const file = { date: new Date().toISOString(), machine: where, protocol: { rounds, tokens }, results };
  writeFileSync(out, `${JSON.stringify(file, null, 2)}\n`);
  console.log(`${where.cpu}, Node ${where.node}, load ${where.load.map((x) => x.toFixed(1)).join(' to ')}\n`);
  for (const { rows, title, roofline } of results) console.log(`${decodeMarkdown(rows, title, roofline)}\n`);
  console.log(`Written to ${out}`);
  const wrong = results
    .flatMap(({ rows }) => rows)
    .filter(({ name, logitDifference }) => !name.endsWith('int8') && !(logitDifference <= LOGIT_TOLERANCE));
  for (const { title, logitDifference } of wrong)
    say(`${title}: its logits are off by ${logitDifference.toExponential(1)} deviations; it decodes something else.`);
  return wrong.length === 0;
}
