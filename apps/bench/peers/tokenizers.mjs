import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { serveWorks } from '../dist/serve.js';
import { readText, readWork } from '../dist/works.js';

const name = process.argv[3];
const require = createRequire(import.meta.url);
const versionOf = (path) => JSON.parse(readFileSync(path, 'utf8')).version;

/** An encoder for the ranks of a `.tiktoken` file, with the pattern of cl100k_base: on letters and spaces it cuts as GPT-2's. */
const encoders = {
  'gpt-tokenizer': async (ranks) => {
    const { GptEncoding } = await import('gpt-tokenizer/GptEncoding');
    const pieces = ranks.map((bytes) => {
      const text = bytes.toString('utf8');
      return Buffer.from(text, 'utf8').equals(bytes) ? text : [...bytes];
    });
    const encoding = GptEncoding.getEncodingApi('cl100k_base', () => pieces);
    return (text) => encoding.encode(text);
  },
  'js-tiktoken': async (ranks) => {
    const { Tiktoken } = await import('js-tiktoken/lite');
    const { default: cl100k } = await import('js-tiktoken/ranks/cl100k_base');
    const bpe_ranks = `! 0 ${ranks.map((bytes) => bytes.toString('base64')).join(' ')}`;
    const tokenizer = new Tiktoken({ pat_str: cl100k.pat_str, special_tokens: {}, bpe_ranks });
    return (text) => tokenizer.encode(text);
  },
};

/** A JavaScript tokenizer, named by the second argument, on the vocabulary of the folder. */
await serveWorks(
  { [name]: versionOf(require.resolve(`./node_modules/${name}/package.json`)) },
  async (work, folder) => {
    const { kind, text: file, ranks } = readWork(folder, work);
    if (kind !== 'encode') throw new Error(`${name} has no ${kind}.`);
    const lines = readText(folder, ranks).trim().split('\n');
    const encode = await encoders[name](lines.map((line) => Buffer.from(line.split(' ')[0], 'base64')));
    const text = readText(folder, file);
    let ids = [];
    return { run: () => void (ids = encode(text)), outcome: () => ids };
  },
);
