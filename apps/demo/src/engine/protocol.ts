import type { GenerateTextOptions, PretrainConfig, PretrainEvent, TokenEvent, TokenizerConfig } from '@ashlar/recipe';
import type { BackendName } from './backends.js';

/** What the recipe tells, without what cannot leave the worker. */
export type TrainingEvent = Exclude<PretrainEvent, { type: 'tokenizer' }>;

/** A Hugging Face folder: its files by name. */
export type ModelFiles = Record<string, Uint8Array>;

/** What shapes a generated text besides its prompt. */
export type Sampling = Pick<GenerateTextOptions, 'maxNewTokens' | 'temperature' | 'topK' | 'seed'>;

/** From the page to its worker. */
export type Command =
  | { type: 'open'; backend: BackendName }
  | { type: 'tokenize'; id: number; text: string; sample: string; tokenizer: TokenizerConfig }
  | { type: 'pretrain'; text: string; config: PretrainConfig }
  | { type: 'pause' | 'continue' | 'stop' }
  | { type: 'load'; files: ModelFiles }
  | { type: 'generate'; prompt: string; options: Sampling }
  | { type: 'interrupt' };

/** A tokenizer at work on a sample. */
export interface Tokenized {
  vocabSize: number;
  tokens: { id: number; text: string }[];
  /** Bytes of the whole text for each of its tokens. */
  bytesPerToken: number;
}

/** From the worker to the page. */
export type Message =
  | { type: 'opened'; backend: BackendName }
  | { type: 'tokenized'; id: number; tokenized: Tokenized }
  | { type: 'training'; events: TrainingEvent[] }
  | { type: 'model'; files: ModelFiles }
  | { type: 'tokens'; tokens: TokenEvent[] }
  | { type: 'generated' }
  | { type: 'failed'; during: Command['type']; sentence: string };
