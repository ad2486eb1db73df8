import { readFileSync } from 'node:fs';
import { Tokenizer } from '@ashlar/tokenizer';
import type { JsonObject } from '../src/index.js';

type Rows = number[][];

/** What TRL made: see `tooling/reference/supervised_fixtures.py`. */
export const fixtures = JSON.parse(readFileSync(new URL('./fixtures/supervised.json', import.meta.url), 'utf8')) as {
  tokenizer: unknown;
  supervised: {
    name: string;
    rows: JsonObject[];
    maxLength: number;
    template?: string;
    completionOnlyLoss?: boolean;
    assistantOnlyLoss?: boolean;
    padTokenId: number;
    examples: { inputIds: number[]; labels: number[] }[];
    batch: { inputIds: Rows; labels: Rows; mask: Rows };
    packed: { inputIds: number[]; labels: number[]; positions: number[]; lengths: number[] }[];
  }[];
  preferences: {
    rows: JsonObject[];
    maxLength: number;
    padTokenId: number;
    batch: { inputIds: Rows; mask: Rows; margins: number[] | null };
  }[];
  extracted: { row: JsonObject; explicit: JsonObject }[];
  packing: { lengths: number[]; capacity: number; rows: Rows }[];
  permutations: { seed: number; epoch: number; size: number; order: number[] }[];
};

/** A byte-level BPE of 300 tokens that knows stones, Anna, and the special tokens of the chat templates. */
export const tokenizer = Tokenizer.fromJSON(fixtures.tokenizer);
export const eosTokenId = tokenizer.tokenToId('<|end|>')!;
export const padTokenId = tokenizer.tokenToId('<|pad|>')!;

/** A flat array of rows of `width` as arrays. */
export const rowsOf = (flat: ArrayLike<number>, width: number): Rows =>
  Array.from({ length: flat.length / width }, (_, row) => Array.from(flat).slice(row * width, (row + 1) * width));
