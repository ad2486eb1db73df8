import { jabberwocky } from '@ashlar/data';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawned, temporaryFolder } from '../test/captured.js';

/**
 * The first page shows each command with what it says; here they are run again. With UPDATE_TRANSCRIPTS=1 the page gets
 * what they say now.
 */
const page = fileURLToPath(new URL('../../../README.md', import.meta.url));
let text = readFileSync(page, 'utf8');
const section = /\n## On the command line\n[^]*?(?=\n## |$)/.exec(text)![0];
const transcripts = [...section.matchAll(/^```console\n\$ npx ashlar ([^\n]*)\n([^]*?)^```$/gm)].map(
  ([block, command, output]) => ({ block, command: command!, output: output! }),
);

/** What differs between two machines or two moments. */
const masked = (output: string): string =>
  output
    .replaceAll(/\d[\d,]* tokens\/s/g, '… tokens/s')
    .replaceAll(/\d+:\d\d left/g, '… left')
    .replaceAll(/[\d.]+ ms/g, '… ms')
    .replaceAll(/^(Node|processor|memory|wasm|cpu) .*$/gm, '$1 …')
    .replaceAll(/ {2,}…/g, ' …')
    .replaceAll(/takes [\d.]+ of/g, 'takes … of')
    .trimEnd();

/** The words of a command line with double quotes. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const folder = temporaryFolder();
beforeAll(() => writeFileSync(join(folder, 'poem.txt'), jabberwocky));

describe('on the first page', { timeout: 180_000 }, () => {
  it('every command is shown', () => {
    const shown = transcripts.map(({ command }) => words(command)[0]);
    expect(shown).toEqual([
      'train-tokenizer',
      'tokenize',
      'pretrain',
      'generate',
      'eval',
      'inspect',
      'doctor',
      'bench',
    ]);
  });

  it.each(transcripts)('ashlar $command', async ({ block, command, output }) => {
    const { code, out, err } = await spawned(words(command), folder);
    expect(code, err).toBe(0);
    if (process.env['UPDATE_TRANSCRIPTS'])
      text = text.replace(block, `\`\`\`console\n$ npx ashlar ${command}\n${out.trimEnd()}\n\`\`\``);
    else expect(masked(out)).toBe(masked(output));
  });
});

afterAll(() => {
  if (process.env['UPDATE_TRANSCRIPTS']) writeFileSync(page, text);
});
