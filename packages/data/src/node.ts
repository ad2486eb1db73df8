export { cacheDirectory } from './node/cache-directory.js';
export type { DownloadOptions } from './node/download.js';
export { loadCorpus, locateCorpus, type CorpusOptions } from './node/load-corpus.js';
export { readTextFile } from './node/read-text-file.js';
