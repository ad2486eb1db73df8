import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Corpus } from '../corpora.js';
import { cacheDirectory, loadCorpus, locateCorpus } from '../node.js';

const text = 'First Citizen:\nBefore we proceed any further, hear me speak.\n'.repeat(2000);
const body = Buffer.from(text);
const sha256 = createHash('sha256').update(body).digest('hex');

let server: Server;
let answer: RequestListener;
let requests: number;
let cacheDir: string;
let corpus: Corpus;

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cacheDir = join(await mkdtemp(join(tmpdir(), 'ashlar-corpus-')), 'corpora');
  corpus = { name: 'citizen', url: `http://127.0.0.1:${port}/c.txt`, sha256, bytes: body.length, description: '' };
  answer = (_request, response) => response.end(body);
});

afterEach(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const load = (options = {}) => loadCorpus(corpus, { cacheDir, dataDir: '', ...options });
const cached = () => readdir(cacheDir);

describe('loadCorpus', () => {
  it('downloads once, tells its progress, and reads the cache from then on', async () => {
    const progress: { received: number; total: number }[] = [];
    expect(await load({ onProgress: (step: (typeof progress)[0]) => progress.push(step) })).toBe(text);
    expect(progress.at(-1)).toEqual({ received: body.length, total: body.length });
    expect(progress.map(({ received }) => received)).toEqual(
      progress.map(({ received }) => received).sort((a, b) => a - b),
    );
    expect(await load()).toBe(text);
    expect(requests).toBe(1);
    expect(await cached()).toEqual(['citizen.txt']);
  });

  it('keeps nothing of a file with the wrong checksum', async () => {
    answer = (_request, response) => response.end(Buffer.from(text.replace('hear', 'HEAR')));
    await expect(load()).rejects.toThrow(
      new RegExp(`^the download of citizen from ${corpus.url} failed: its SHA-256 is [0-9a-f]{64}, not ${sha256}$`),
    );
    expect(await cached()).toEqual([]);
  });

  it('keeps nothing of a file that is cut off', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 5000), () => response.destroy());
    };
    await expect(load()).rejects.toThrow(new RegExp(`failed: it stopped after \\d+ of ${body.length} bytes \\(.+\\)$`));
    expect(await cached()).toEqual([]);
  });

  it('notices a short file even where the server does not', async () => {
    answer = (_request, response) => response.end(body.subarray(0, 5000));
    await expect(load()).rejects.toThrow(`failed: 5000 bytes arrived instead of ${body.length}`);
    expect(await cached()).toEqual([]);
  });

  it('says what the server answered, or that there is none', async () => {
    answer = (_request, response) => response.writeHead(404).end();
    await expect(load()).rejects.toThrow(
      `the download of citizen from ${corpus.url} failed: the server answered 404 Not Found`,
    );
    corpus.url = 'http://127.0.0.1:9/nobody';
    await expect(load()).rejects.toThrow('the download of citizen from http://127.0.0.1:9/nobody failed: ');
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    answer = (_request, response) => {
      response.write(body.subarray(0, 1000));
      controller.abort();
    };
    await expect(load({ signal: controller.signal })).rejects.toThrow('was aborted');
    expect(await cached()).toEqual([]);
  });

  it('replaces a damaged file in the cache, and what dead downloads left', async () => {
    await mkdir(cacheDir, { recursive: true });
    await writeFile(join(cacheDir, 'citizen.txt'), 'damaged');
    for (const part of ['old', 'recent']) await writeFile(join(cacheDir, `citizen.txt.${part}.part`), 'half');
    await utimes(join(cacheDir, 'citizen.txt.old.part'), 0, 0);
    expect(await load()).toBe(text);
    expect(await cached()).toEqual(['citizen.txt', 'citizen.txt.recent.part']);
  });

  it('looks into the data folder first', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'ashlar-data-'));
    expect(await load({ dataDir })).toBe(text);
    await writeFile(join(dataDir, 'citizen.txt'), text);
    expect(await locateCorpus(corpus, { dataDir, cacheDir })).toBe(join(dataDir, 'citizen.txt'));
    expect(requests).toBe(1);
    await writeFile(join(dataDir, 'citizen.txt'), 'another text');
    await expect(load({ dataDir })).rejects.toThrow(`${join(dataDir, 'citizen.txt')} is not citizen: its SHA-256 is`);
  });

  it('unpacks a file that is packed, and knows it by its own name', async () => {
    const packed = gzipSync(text);
    const hash = createHash('sha256').update(packed).digest('hex');
    corpus = { ...corpus, file: 'c.jsonl.gz', sha256: hash, bytes: packed.length };
    answer = (_request, response) => response.end(packed);
    expect(await load()).toBe(text);
    expect(await cached()).toEqual(['c.jsonl.gz']);
  });

  it('says where to put what cannot be downloaded', async () => {
    corpus.url = null;
    await expect(load()).rejects.toThrow(
      'citizen cannot be downloaded: put citizen.txt into a folder and name that in ASHLAR_DATA_DIR',
    );
    const dataDir = await mkdtemp(join(tmpdir(), 'ashlar-data-'));
    await writeFile(join(dataDir, 'citizen.txt'), text);
    expect(await load({ dataDir })).toBe(text);
  });

  it('knows its corpora', async () => {
    await expect(loadCorpus('tinyshakespear' as 'tinyshakespeare')).rejects.toThrow(
      'no corpus is called "tinyshakespear"; known are tinyshakespeare',
    );
  });
});

it('cacheDirectory follows the environment', () => {
  expect(cacheDirectory({ ASHLAR_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
  expect(cacheDirectory({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'ashlar'));
  expect(cacheDirectory({})).toMatch(/ashlar/);
});
