import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An operand in `operands.bin`, little-endian float32 from `offset` on, counted in floats. */
export interface Operand {
  shape: number[];
  offset: number;
}

/** A work as `works.json` of a folder has it by its name; the texts are in files beside it. */
export type Work =
  | { kind: 'product'; a: Operand; b: Operand; transposeA: boolean; transposeB: boolean }
  /** `text` is a file, `tokenizer` a `tokenizer.json`, `ranks` the same as a `.tiktoken`. */
  | { kind: 'encode'; text: string; tokenizer: string; ranks: string }
  | { kind: 'train-bpe'; text: string; vocabSize: number };

export function readWork(folder: string, name: string): Work {
  const works = JSON.parse(readFileSync(join(folder, 'works.json'), 'utf8')) as Record<string, Work>;
  return works[name]!;
}

export const readText = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8');

export function readOperand(folder: string, { shape, offset }: Operand): Float32Array {
  const { buffer, byteOffset } = readFileSync(join(folder, 'operands.bin'));
  const size = shape.reduce((a, b) => a * b, 1);
  return new Float32Array(buffer.slice(byteOffset + 4 * offset, byteOffset + 4 * (offset + size)));
}
