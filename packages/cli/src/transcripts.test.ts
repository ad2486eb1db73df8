import { jabberwocky } from '@ashlar/data';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { spawned, temporaryFolder } from '../test/captured.js';

/**
 * Two pages show each command with what it says; here they are run again, in order, in a folder with the files that the
 * pages show. With UPDATE_TRANSCRIPTS=1 the pages get what the commands say now.
 */
class Page {
  readonly transcripts: { block: string; command: string; output: string }[];
  /** The files that are shown, by their names. */
  readonly files: [name: string, contents: string][];
  private readonly path: string;
  private text: string;

  constructor(path: string, heading: string) {
    this.path = fileURLToPath(new URL(path, import.meta.url));
    this.text = readFileSync(this.path, 'utf8');
    const section = new RegExp(`\\n## ${heading}\\n[^]*?(?=\\n## |$)`).exec(this.text)![0];
    this.transcripts = [...section.matchAll(/^```console\n\$ npx ashlar ([^\n]*)\n([^]*?)^```$/gm)].map(
      ([block, command, output]) => ({ block, command: command!, output: output! }),
    );
    this.files = [...section.matchAll(/^`([\w.]+)`:\n\n```\w*\n([^]*?)^```$/gm)].map(([, name, contents]) => [
      name!,
      contents!,
    ]);
  }

  get commands(): string[] {
    return this.transcripts.map(({ command }) => words(command)[0]!);
  }

  update(block: string, command: string, output: string): void {
    this.text = this.text.replace(block, () => `\`\`\`console\n$ npx ashlar ${command}\n${output}\n\`\`\``);
    writeFileSync(this.path, this.text);
  }
}

/** What differs between two machines or two moments. */
const masked = (output: string): string =>
  output
    .replaceAll(/\d[\d,]* (tokens|pairs)\/s/g, '… $1/s')
    .replaceAll(/\(\d+:\d\d/g, '(…')
    .replaceAll(/\d+:\d\d left/g, '… left')
    .replaceAll(/[\d.]+ ms/g, '… ms')
    .replaceAll(/^(Node|processor|memory|wasm|cpu|webgpu) .*$/gm, '$1 …')
    .replaceAll(/ {2,}…/g, ' …')
    .replaceAll(/takes [\d.]+ of/g, 'takes … of')
    .trimEnd();

/** The words of a command line with double quotes. */
const words = (command: string): string[] =>
  [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const first = new Page('../../../README.md', 'On the command line');
const second = new Page('../README.md', 'From a text to a model that answers');

it('every command is shown', () => {
  expect(first.commands).toEqual([
    ...['train-tokenizer', 'tokenize', 'pretrain', 'generate', 'eval', 'inspect', 'doctor', 'bench'],
  ]);
  expect(second.commands).toEqual(['recipe', 'chat', 'sft', 'merge', 'reward', 'ppo', 'quantize']);
});

describe.each([
  ['first page', first],
  ['page of this package', second],
])('on the %s', { timeout: 180_000 }, (_name, page) => {
  const folder = temporaryFolder();
  beforeAll(() => {
    writeFileSync(join(folder, 'poem.txt'), jabberwocky);
    for (const [name, contents] of page.files) writeFileSync(join(folder, name), contents);
  });

  it.each(page.transcripts)('ashlar $command', async ({ block, command, output }) => {
    const { code, out, err } = await spawned(words(command), folder);
    expect(code, err).toBe(0);
    if (process.env['UPDATE_TRANSCRIPTS']) page.update(block, command, out.trimEnd());
    else expect(masked(out)).toBe(masked(output));
  });
});
