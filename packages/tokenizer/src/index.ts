export { byteTokenizer, characterTokenizer } from './presets.js';
export { Tokenizer } from './tokenizer.js';
export type { DecodeOptions, EncodeOptions, EncodingOptions } from './pipeline-tokenizer.js';
export { encodeStream } from './stream/encode-stream.js';
export type { DecodeStream } from './stream/decode-stream.js';
export { BpeTrainer, trainBpe, type BpeTrainerOptions } from './training/train-bpe.js';
export { trainUnigram, UnigramTrainer, type UnigramTrainerOptions } from './training/train-unigram.js';
export { trainWordPiece, WordPieceTrainer, type WordPieceTrainerOptions } from './training/train-word-piece.js';
export { lines, trainFromStream, type TrainingProgress } from './training/trainer.js';
export type {
  AddedToken,
  Decoder,
  Encoding,
  Model,
  ModelToken,
  Normalizer,
  Padding,
  PostProcessor,
  PreTokenizer,
  SpecialTokenPolicy,
  TokenizerJson,
  TokenizerParts,
  Truncation,
} from './types.js';
