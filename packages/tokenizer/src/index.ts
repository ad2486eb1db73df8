export { byteTokenizer, characterTokenizer } from './presets.js';
export { Tokenizer, TokenStream, type DecodeOptions, type EncodeOptions } from './tokenizer.js';
export { BpeTrainer, trainBpe, type BpeTrainerOptions } from './training/train-bpe.js';
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
