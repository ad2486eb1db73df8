import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Corpus } from '../corpora.js';

/** A corpus that can be fetched. */
type Remote = Corpus & { url: string };

export interface DownloadOptions {
  /** Told after each piece that arrived, in bytes. */
  onProgress?: (progress: { received: number; total: number }) => void;
  /** Cancels the download. */
  signal?: AbortSignal;
}

/** A download that nobody has touched for this long is one that died. */
const staleMilliseconds = 3_600_000;

/** Fetches a corpus to `path`, which appears only when length and checksum are right. */
export async function download(corpus: Remote, path: string, options: DownloadOptions): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await removeStale(path);
  const temporary = `${path}.${process.pid}.part`;
  try {
    await receive(corpus, temporary, options);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function receive(corpus: Remote, temporary: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  const { url, bytes: total } = corpus;
  const response = await fetch(url, { signal }).catch((error: Error) => failed(corpus, reason(error), error));
  if (!response.ok || !response.body) failed(corpus, `the server answered ${response.status} ${response.statusText}`);
  const hash = createHash('sha256');
  let received = 0;
  const file = await open(temporary, 'w');
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      await file.writeFile(piece);
      hash.update(piece);
      received += piece.length;
      onProgress?.({ received, total });
    }
    await file.sync();
  } catch (error) {
    failed(corpus, `it stopped after ${received} of ${total} bytes (${reason(error as Error)})`, error);
  } finally {
    await file.close();
  }
  if (received !== total) failed(corpus, `${received} bytes arrived instead of ${total}`);
  const found = hash.digest('hex');
  if (found !== corpus.sha256) failed(corpus, `its SHA-256 is ${found}, not ${corpus.sha256}`);
}

function failed({ name, url }: Remote, why: string, cause?: unknown): never {
  throw new Error(`the download of ${name} from ${url} failed: ${why}`, { cause });
}

/** fetch says only "fetch failed"; why is in the cause. */
const reason = (error: Error): string => (error.cause instanceof Error ? error.cause.message : error.message);

async function removeStale(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.part')) continue;
    const part = join(dirname(path), name);
    const { mtimeMs } = await stat(part);
    if (Date.now() - mtimeMs > staleMilliseconds) await rm(part, { force: true });
  }
}
