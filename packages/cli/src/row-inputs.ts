import {
  corpora,
  parseHhRlhf,
  parseJsonLines,
  parseSelfInstruct,
  preferenceRows,
  supervisedRows,
  type CorpusName,
  type JsonObject,
  type Message,
  type Preference,
  type SupervisedRow,
} from '@ashlar/data';
import { loadCorpus, readTextFile } from '@ashlar/data/node';
import { existsSync } from 'node:fs';

/** Rows to fine-tune on: of a JSONL file in one of TRL's formats, or `self-instruct`. */
export async function readSupervisedRows(fileOrCorpus: string): Promise<SupervisedRow[]> {
  if (isCorpus(fileOrCorpus, 'self-instruct')) return parseSelfInstruct(await loadCorpus(fileOrCorpus));
  return supervisedRows(await readRows(fileOrCorpus), { name: fileOrCorpus });
}

/** Pairs of answers: of a JSONL file in one of TRL's formats, or a part of hh-rlhf by its name. */
export async function readPreferences(fileOrCorpus: string): Promise<Preference[]> {
  if (isCorpus(fileOrCorpus, 'hh-rlhf')) return parseHhRlhf(await loadCorpus(fileOrCorpus));
  return preferenceRows(await readRows(fileOrCorpus), { name: fileOrCorpus });
}

/** Questions: the lines of a text file, or of a JSONL file each row's `prompt`, as text or as one message of the user. */
export async function readQuestions(file: string): Promise<string[]> {
  if (file.endsWith('.jsonl')) return (await readRows(file)).map((row, i) => questionOf(row, `${file}, row ${i + 1}`));
  const lines = (await readTextFile(file)).split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new Error(`${file} has no questions: it needs one on each line`);
  return lines;
}

const readRows = async (file: string): Promise<JsonObject[]> =>
  parseJsonLines(await readTextFile(file), { name: file });

/** Whether it is the name of a corpus of a kind, and not that of a file. */
const isCorpus = (name: string, kind: string): name is CorpusName =>
  name.startsWith(kind) && Object.hasOwn(corpora, name) && !existsSync(name);

function questionOf({ prompt }: JsonObject, origin: string): string {
  if (typeof prompt === 'string' && prompt.trim() !== '') return prompt;
  const [turn, ...more] = Array.isArray(prompt) ? (prompt as unknown as Message[]) : [];
  if (turn?.role === 'user' && typeof turn.content === 'string' && more.length === 0) return turn.content;
  throw new Error(`${origin}: a row needs a prompt, as text or as one message of the user`);
}
