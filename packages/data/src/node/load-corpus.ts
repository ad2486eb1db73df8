import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Corpus, type CorpusName, findCorpus } from '../corpora.js';
import { cacheDirectory } from './cache-directory.js';
import { download, type DownloadOptions } from './download.js';
import { readTextFile } from './read-text-file.js';

export interface CorpusOptions extends DownloadOptions {
  /** A folder that may hold the corpus's file already. @default the environment variable ASHLAR_DATA_DIR */
  dataDir?: string;
  /** Where downloads are kept. @default `corpora` in `cacheDirectory()` */
  cacheDir?: string;
}

/**
 * The text of a known corpus: from `dataDir` if it is there, else from the cache, else downloaded into the cache.
 *
 * @throws Error of one sentence where the download fails, there is nothing to download, or a file has another checksum
 *   than the corpus
 */
export async function loadCorpus(corpus: CorpusName | Corpus, options: CorpusOptions = {}): Promise<string> {
  return readTextFile(await locateCorpus(corpus, options));
}

/** Path of a corpus's file, whose checksum was verified; like `loadCorpus`, it is downloaded if need be. */
export async function locateCorpus(
  corpus: CorpusName | Corpus,
  {
    dataDir = process.env['ASHLAR_DATA_DIR'],
    cacheDir = join(cacheDirectory(), 'corpora'),
    ...options
  }: CorpusOptions = {},
): Promise<string> {
  const known = typeof corpus === 'string' ? findCorpus(corpus) : corpus;
  const { name, file = `${name}.txt`, url } = known;
  if (dataDir) {
    const given = join(dataDir, file);
    const found = await checksum(given);
    if (found === known.sha256) return given;
    if (found) throw new Error(`${given} is not ${name}: its SHA-256 is ${found}, not ${known.sha256}`);
  }
  if (url === null)
    throw new Error(`${name} cannot be downloaded: put ${file} into a folder and name that in ASHLAR_DATA_DIR`);
  const cached = join(cacheDir, file);
  if ((await checksum(cached)) !== known.sha256) await download({ ...known, url }, cached, options);
  return cached;
}

/** SHA-256 of a file; null if it is missing. */
async function checksum(path: string): Promise<string | null> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
