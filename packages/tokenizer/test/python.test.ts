import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { byteTokenizer, characterTokenizer } from '../src/presets.js';
import { sentencePieceToJson } from '../src/sentencepiece/to-json.js';
import { Tokenizer } from '../src/tokenizer.js';
import { trainBpe } from '../src/training/train-bpe.js';
import { trainUnigram } from '../src/training/train-unigram.js';
import { trainWordPiece } from '../src/training/train-word-piece.js';
import type { Json, TokenizerJson } from '../src/types.js';
import { readFixture } from './fixture.js';

const python = [process.env.ASHLAR_PYTHON, 'python3', 'python'].find(
  (command) => command && spawnSync(command, ['-c', 'import tokenizers']).status === 0,
);
const reason = python ? '' : ' (skipped: no Python with the package tokenizers, see ASHLAR_PYTHON)';

interface Texts {
  texts: string[];
}

/** What this package reads, trains and converts, written again. */
function tokenizers(): Map<string, Tokenizer> {
  const { texts } = readFixture<Texts>('components');
  const all = new Map<string, Tokenizer>();
  for (const name of ['gpt2', 'roberta', 'smollm2', 'llama3', 'qwen2', 'llama2', 'mistral', 'gemma', 'bert', 't5'])
    all.set(name, Tokenizer.fromJSON(readFixture<{ tokenizer: Json }>(name).tokenizer));
  const { models } = readFixture<{ models: { name: string; model: string }[] }>('sentencepiece');
  for (const { name, model } of models)
    all.set(name, Tokenizer.fromJSON(sentencePieceToJson(new Uint8Array(Buffer.from(model, 'base64')))));
  const { base, entries } = readFixture<{ base: TokenizerJson; entries: { spec: object }[] }>('components');
  entries.forEach(({ spec }, i) => all.set(`component-${i}`, Tokenizer.fromJSON({ ...base, ...spec })));
  all.set('bytes', byteTokenizer());
  all.set('characters', characterTokenizer(texts.join('')));
  all.set('trained-bpe', trainBpe(texts.join('\n'), { vocabSize: 400 }));
  all.set('trained-word-piece', trainWordPiece(texts.join('\n'), { vocabSize: 400 }));
  all.set('trained-unigram', trainUnigram(texts.join('\n'), { vocabSize: 400 }));
  return all;
}

describe.skipIf(!python)(`Python's tokenizers${reason}`, () => {
  it('opens what we write and gives equal ids and texts', () => {
    const { texts } = readFixture<Texts>('components');
    const folder = mkdtempSync(join(tmpdir(), 'ashlar-tokenizers-'));
    try {
      const all = tokenizers();
      for (const [name, tokenizer] of all) {
        const ids = texts.map((text) => tokenizer.encode(text, { specialTokens: 'allow' }));
        const decoded = ids.map((list) => tokenizer.decode(list));
        const file = { tokenizer: tokenizer.toJSON(), texts, ids, decoded };
        writeFileSync(join(folder, `${name}.json`), JSON.stringify(file));
      }
      const program = fileURLToPath(new URL('../../../tooling/reference/check_tokenizers.py', import.meta.url));
      const { stdout } = spawnSync(python!, [program, folder], { encoding: 'utf8', maxBuffer: 2 ** 26 });
      expect(JSON.parse(stdout)).toMatchObject({ files: all.size, differences: {} });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
