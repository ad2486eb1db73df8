export { ignoreIndex, type Batch, type TokenIds } from './batch.js';
export { corpora, findCorpus, type Corpus, type CorpusName } from './corpora.js';
export { decodeUtf8 } from './decode-utf8.js';
export { evaluationBatches, type EvaluationOptions } from './evaluation-batches.js';
export { jabberwocky } from './jabberwocky.js';
export { splitText, type SplitText } from './split-text.js';
export { TokenDataset, type TokenDatasetOptions } from './token-dataset.js';
