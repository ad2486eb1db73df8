import { jabberwocky } from '@ashlar/data';
import { nodeStore } from '@ashlar/checkpoint/node';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { captured, temporaryFolder } from '../test/captured.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const nano = ['--preset', 'nano', '--steps', '2'];

beforeAll(async () => {
  writeFileSync(at('poem.txt'), jabberwocky);
  writeFileSync(at('empty.txt'), '');
  writeFileSync(at('short.txt'), 'ten letter');
  writeFileSync(at('latin1.txt'), Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]));
  writeFileSync(
    at('large.json'),
    '{"model": {"hiddenSize": 1024, "contextLength": 512}, "training": {"batchSize": 400}}',
  );
  writeFileSync(at('config.json'), '{"training": {"lr": 1}}');
  mkdirSync(at('nothing'));
  const { code } = await captured('pretrain', '--text', at('poem.txt'), ...nano, '--out', at('run'));
  expect(code).toBe(0);
  // as `save_pretrained` of a model without its tokenizer leaves it
  const store = nodeStore(at('run/model'));
  for (const name of ['config.json', 'model.safetensors'])
    await nodeStore(at('no-tokenizer')).write(name, (await store.read(name))!);
});

const text = ['pretrain', '--text', at('poem.txt'), ...nano];
it.each<[what: string, argv: string[], sentence: string | RegExp]>([
  ['a missing file', ['pretrain', '--text', at('missing.txt')], `${at('missing.txt')} does not exist`],
  ['a folder for a file', ['eval', '--model', at('run'), '--text', folder], `${folder} is a folder, not a text file`],
  ['an empty text', ['pretrain', '--text', at('empty.txt')], `${at('empty.txt')} is empty`],
  [
    'bytes that are not UTF-8',
    ['pretrain', '--text', at('latin1.txt')],
    /latin1.txt is not UTF-8 text: byte 0xfc at offset 2/,
  ],
  [
    'a text shorter than the context',
    ['pretrain', '--text', at('short.txt'), '--out', at('new/run')],
    /too few for a context of 64, which needs 65/,
  ],
  [
    'an unknown preset',
    ['pretrain', '--text', at('poem.txt'), '--preset', 'huge'],
    /no preset is called "huge"; there are nano,/,
  ],
  ['an unknown setting', [...text, '--config', at('config.json')], /config: training.lr is no setting; there are/],
  [
    'a training that memory cannot hold',
    ['pretrain', '--text', at('poem.txt'), '--config', at('large.json'), '--out', at('new/run')],
    /pretrain: a step takes [\d.]+ GiB and wasm can hold [34].\d\d GiB; what fits: batchSize \d+, or accumulation \d+/,
  ],
  ['a config that is not JSON', [...text, '--config', at('poem.txt')], /poem.txt is not JSON/],
  [
    'a run that is there',
    [...text, '--out', at('run')],
    /holds a run already: --resume continues it, --overwrite replaces it/,
  ],
  ['a run that is not', [...text, '--out', at('none'), '--resume'], /holds no run to resume/],
  [
    'a run of another config',
    [...text, '--out', at('run'), '--resume', '--seed', '3'],
    /has another config and cannot be resumed: seed is 1337 there and 3 here/,
  ],
  ['resuming and overwriting', [...text, '--out', at('run'), '--resume', '--overwrite'], 'exclude each other'],
  [
    'a folder below a file',
    [...text, '--out', at('poem.txt/run')],
    `${at('poem.txt')} is a file, so that ${at('poem.txt/run')} cannot be the folder of --out`,
  ],
  [
    'a file for a folder',
    [...text, '--out', at('poem.txt')],
    `${at('poem.txt')} is a file, so that it cannot be the folder of --out`,
  ],
  ['an unknown backend', [...text, '--backend', 'cuda'], /argument 'cuda' is invalid. Allowed choices are wasm, cpu/],
  ...['0', '1.5', '999', 'many'].map((threads): [string, string[], RegExp] => [
    `--threads ${threads}`,
    [...text, '--threads', threads],
    /argument '\S+' is invalid\. It must be a whole number from 1 to \d+, the cores of this machine, or auto\./,
  ]),
  [
    'threads where there are none',
    [...text, '--backend', 'cpu', '--threads', '2'],
    '--threads 2 needs --backend wasm; cpu has none.',
  ],
  ['an unknown option', [...text, '--spetial'], "unknown option '--spetial'"],
  ['an unknown command', ['prtrain'], "unknown command 'prtrain'"],
  [
    'checkpointing without a training',
    ['inspect', '--preset', 'nano', '--gradient-checkpointing'],
    'inspect: --gradient-checkpointing goes with a --batch-size: it is about the memory of training',
  ],
  ['a missing option', ['generate'], "required option '--model <folder>' not specified"],
  ['a number that is none', [...text, '--steps', 'many'], 'It must be a whole number from 1 on.'],
  ['a probability above 1', ['generate', '--model', at('run'), '--top-p', '2'], 'topP (2) must be in (0, 1]'],
  ['a model that is missing', ['generate', '--model', at('none')], `${at('none')} does not exist`],
  ['a folder without a model', ['generate', '--model', at('nothing')], 'is no model folder: it has no config.json'],
  [
    'a model without its tokenizer',
    ['generate', '--model', at('no-tokenizer')],
    'has a model but no tokenizer: tokenizer.json is missing',
  ],
  [
    'a character that the model never saw',
    ['generate', '--model', at('run'), '--prompt', 'é'],
    `the model's tokenizer has no token for "é" (U+00E9)`,
  ],
  ['a tokenizer that is none', ['tokenize', '--tokenizer', at('run/config.json'), '--text', 'a'], 'is not a tokenizer'],
  [
    'too few tokens to ask for',
    ['train-tokenizer', '--text', at('poem.txt'), '--vocab-size', '9', '--out', at('new')],
    '--vocab-size must be 256 or more, found 9',
  ],
  ['neither preset nor model', ['inspect'], 'give either --preset or --model'],
])('%s gets one sentence and a failure', async (_what, argv, sentence) => {
  const { code, out, err } = await captured(...argv);
  expect(code).not.toBe(0);
  expect(err).toMatch(sentence);
  expect(err).toMatch(/^ashlar: [^\n]+\n$/);
  expect(out).toBe('');
});

it('leaves nothing behind where nothing began', () => {
  expect(readdirSync(folder).sort()).toEqual([
    'config.json',
    'empty.txt',
    'large.json',
    'latin1.txt',
    'no-tokenizer',
    'nothing',
    'poem.txt',
    'run',
    'short.txt',
  ]);
});
