import { nodeStore } from '@ashlar/checkpoint/node';
import { corpora, type CorpusName } from '@ashlar/data';
import { loadCorpus, readTextFile } from '@ashlar/data/node';
import type { JsonObject } from '@ashlar/checkpoint';
import { loadModel, type LoadedModel } from '@ashlar/recipe';
import { Tokenizer } from '@ashlar/tokenizer';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The text of a file, or of a known corpus where no file has that name. */
export async function readText(fileOrCorpus: string): Promise<string> {
  if (Object.hasOwn(corpora, fileOrCorpus) && !existsSync(fileOrCorpus)) return loadCorpus(fileOrCorpus as CorpusName);
  return readTextFile(fileOrCorpus);
}

/** The JSON object in a file. */
export async function readJsonFile(path: string): Promise<JsonObject> {
  const text = await readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path} does not hold a JSON object`);
  return value as JsonObject;
}

/** A tokenizer from a tokenizer.json, a folder with one, or the folder of a run. */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  if (!existsSync(path)) throw new Error(`${path} does not exist`);
  let file = path;
  if (statSync(path).isDirectory()) {
    const candidates = ['tokenizer.json', 'model/tokenizer.json', 'best/tokenizer.json'].map((name) =>
      join(path, name),
    );
    const found = candidates.find((candidate) => existsSync(candidate));
    if (!found) throw new Error(`${path} has no tokenizer.json`);
    file = found;
  }
  const json = await readJsonFile(file);
  try {
    return Tokenizer.fromJSON(json);
  } catch (error) {
    throw new Error(`${file} is not a tokenizer: ${(error as Error).message}`, { cause: error });
  }
}

/** The model and tokenizer of a Hugging Face folder or a run. */
export async function openModel(folder: string): Promise<LoadedModel> {
  if (!existsSync(folder)) throw new Error(`${folder} does not exist`);
  if (!statSync(folder).isDirectory())
    throw new Error(`${folder} is a file; a model is a folder with config.json in it`);
  return loadModel(nodeStore(folder));
}
