import { joinPath, type FileStore } from '@ashlar/checkpoint';
import { byteTokenizer, characterTokenizer, trainBpe, type Tokenizer } from '@ashlar/tokenizer';
import type { TokenizerConfig } from '../config/model-config.js';

export type TokenizerEvent =
  /** A tokenizer is about to be made. */
  | { type: 'tokenizer-start'; kind: TokenizerConfig['kind']; characters: number }
  /** It is made, and saved if there was a place for it. */
  | { type: 'tokenizer'; tokenizer: Tokenizer; vocabSize: number; milliseconds: number };

/** Told while a byte-pair encoding is learnt, which is one piece of work without events: tokens so far, and at the end. */
export type OnTokens = (tokens: number, vocabSize: number) => void;

export interface TrainTokenizerOptions {
  text: string;
  config: TokenizerConfig;
  /** Where `tokenizer.json` is saved. @default it is not saved */
  store?: FileStore;
  /** @default the store's root */
  folder?: string;
  onTokens?: OnTokens;
}

/** Makes the tokenizer of a text. Byte-pair encoding may end with fewer tokens than asked for: a short text has no more. */
export async function* trainTokenizer(options: TrainTokenizerOptions): AsyncGenerator<TokenizerEvent> {
  const { text, config, store, folder = '' } = options;
  if (text === '') throw new RangeError('the text is empty');
  const start = performance.now();
  yield { type: 'tokenizer-start', kind: config.kind, characters: text.length };
  const tokenizer = makeTokenizer(options);
  if (store) {
    const path = joinPath(folder, 'tokenizer.json');
    await store.write(path, new TextEncoder().encode(`${JSON.stringify(tokenizer.toJSON(), null, 2)}\n`));
  }
  const { vocabSize } = tokenizer;
  yield { type: 'tokenizer', tokenizer, vocabSize, milliseconds: performance.now() - start };
}

/** Makes the tokenizer of a text at once. */
export function makeTokenizer({ text, config, onTokens }: TrainTokenizerOptions): Tokenizer {
  if (config.kind === 'characters') return characterTokenizer(text);
  if (config.kind === 'bytes') return byteTokenizer();
  const vocabSize = config.vocabSize!;
  return trainBpe(text, {
    vocabSize,
    ...(onTokens && {
      onProgress: ({ stage, done }) => {
        if (stage === 'learn') onTokens(done, vocabSize);
      },
    }),
  });
}
