import { alphabetBytes, byteToUnit } from '../core/byte-alphabet.js';
import type { Tokenizer } from '../tokenizer.js';
import { learnMerges } from './learn-merges.js';
import { spellWords, type AlphabetOptions } from './spell-words.js';
import { feed, Trainer, type TrainerOptions } from './trainer.js';

export interface BpeTrainerOptions extends TrainerOptions, AlphabetOptions {
  /** Pairs seen less often are not merged. @default 0 */
  minFrequency?: number;
  /** Longest token, in characters (bytes, for a byte-level vocabulary). @default none */
  maxTokenLength?: number;
  /** What characters outside of the alphabet become. @default none: a byte-level alphabet has them all */
  unkToken?: string;
}

const byteLevel = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** The 256 characters of a byte-level vocabulary. */
const byteAlphabet = () => alphabetBytes.map((b) => String.fromCharCode(byteToUnit[b]!));

/**
 * Trains byte-pair encoding with the merges of Hugging Face's `BpeTrainer`; byte-level with GPT-2's pre-tokenization
 * unless `preTokenizer` says otherwise.
 */
export class BpeTrainer extends Trainer {
  private readonly bpe: BpeTrainerOptions;

  constructor(options: BpeTrainerOptions) {
    const {
      normalizer = null,
      preTokenizer = byteLevel,
      decoder = preTokenizer === byteLevel ? byteLevel : null,
    } = options;
    const byBytes = JSON.stringify(preTokenizer ?? null).includes('"ByteLevel"');
    const initialAlphabet = options.initialAlphabet ?? (byBytes ? byteAlphabet() : []);
    super(options, {
      normalizer,
      preTokenizer,
      decoder: decoder ?? (byBytes ? byteLevel : null),
    });
    this.bpe = { ...options, initialAlphabet };
  }

  finish(): Tokenizer {
    const { vocabSize, minFrequency, maxTokenLength, onProgress } = this.bpe;
    const { continuingSubwordPrefix, endOfWordSuffix, unkToken } = this.bpe;
    const { tokens, words } = spellWords(this.words(), this.specials, this.bpe);
    if (tokens.length > vocabSize)
      throw new RangeError(
        `BpeTrainer: vocabSize (${vocabSize}) must be at least ${tokens.length}: ` +
          `${this.specials.length} special tokens and an alphabet of ${tokens.length - this.specials.length}`,
      );
    const merges = learnMerges(words, {
      tokens,
      vocabSize,
      minFrequency,
      maxTokenLength,
      continuingPrefix: continuingSubwordPrefix,
      onProgress: (done) => onProgress?.({ stage: 'learn', done, total: vocabSize }),
    });
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    return this.build(
      {
        type: 'BPE',
        dropout: null,
        unk_token: unkToken ?? null,
        continuing_subword_prefix: continuingSubwordPrefix ?? null,
        end_of_word_suffix: endOfWordSuffix ?? null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab,
        merges: merges.map(([a, b]) => [tokens[a]!, tokens[b]!]),
      },
      (token) => vocab[token]!,
    );
  }
}

/** Trains a byte-level BPE on one text, or on several that are cut independently. */
export function trainBpe(texts: string | Iterable<string>, options: BpeTrainerOptions): Tokenizer {
  return feed(new BpeTrainer(options), texts);
}
