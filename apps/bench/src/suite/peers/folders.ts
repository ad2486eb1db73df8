import { closeSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainingOptimizer } from '../../models.js';
import { writeJob } from '../../prepare.js';
import type { Operand, Work } from '../../works/folder.js';
import type { HostArray, Task } from '../case.js';

/** The job of a model, in a new temporary folder; its weights are those of `new Gpt2(config, { seed })`. */
export function writeModel({ shape, seed, ...task }: Extract<Task, { kind: 'train' | 'generate' }>): string {
  const ids = task.kind === 'train' ? [...task.ids] : [];
  return writeJob({ ...shape, optimizer: trainingOptimizer, ids }, seed);
}

/** The bytes of GPT-2's alphabet, in which a `tokenizer.json` writes tokens, by their characters. */
const alphabet = new Map<string, number>();
for (let byte = 0, next = 256; byte < 256; byte++) {
  const isPrintable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  alphabet.set(String.fromCharCode(isPrintable ? byte : next++), byte);
}

/** The same vocabulary as a `.tiktoken` file. */
export function ranksOf(tokenizer: object): string {
  const { vocab } = (tokenizer as { model: { vocab: Record<string, number> } }).model;
  return Object.entries(vocab)
    .sort(([, a], [, b]) => a - b)
    .map(([token, id]) => `${Buffer.from([...token].map((unit) => alphabet.get(unit)!)).toString('base64')} ${id}\n`)
    .join('');
}

/** Works that need no model, by their names, in a new temporary folder. */
export function writeWorks(tasks: Readonly<Record<string, Task>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'));
  const operands = openSync(join(folder, 'operands.bin'), 'w');
  let offset = 0;
  const operand = ({ shape, values }: HostArray): Operand => {
    writeSync(operands, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    offset += values.length;
    return { shape, offset: offset - values.length };
  };
  const text = (file: string, content: string) => (writeFileSync(join(folder, file), content), file);
  const works: Record<string, Work> = {};
  for (const [name, task] of Object.entries(tasks))
    if (task.kind === 'product') works[name] = { ...task, a: operand(task.a), b: operand(task.b) };
    else if (task.kind === 'train-bpe') works[name] = { ...task, text: text(`${name}.txt`, task.text) };
    else if (task.kind === 'encode')
      works[name] = {
        kind: 'encode',
        text: text(`${name}.txt`, task.text),
        tokenizer: text(`${name}.json`, JSON.stringify(task.tokenizer)),
        ranks: text(`${name}.tiktoken`, ranksOf(task.tokenizer)),
      };
  closeSync(operands);
  writeFileSync(join(folder, 'works.json'), JSON.stringify(works));
  return folder;
}
