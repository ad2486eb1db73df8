import { alphabetBytes, byteToUnit } from '../core/byte-alphabet.js';
import type { Tokenizer } from '../tokenizer.js';
import { learnVocabulary, type MergeOptions } from './learn-vocabulary.js';
import { feed, Trainer } from './trainer.js';

export interface BpeTrainerOptions extends MergeOptions {
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
  readonly #bpe: BpeTrainerOptions;

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
    this.#bpe = { ...options, initialAlphabet };
  }

  finish(): Tokenizer {
    const { continuingSubwordPrefix, endOfWordSuffix, unkToken } = this.#bpe;
    const { vocab, merges } = learnVocabulary(this.words(), this.specials, this.#bpe);
    return this.build(
      {
        type: 'BPE',
        unk_token: unkToken ?? null,
        continuing_subword_prefix: continuingSubwordPrefix ?? null,
        end_of_word_suffix: endOfWordSuffix ?? null,
        vocab,
        merges,
      },
      (token) => vocab[token]!,
    );
  }
}

/** Trains a byte-level BPE on one text, or on several that are cut independently. */
export function trainBpe(texts: string | Iterable<string>, options: BpeTrainerOptions): Tokenizer {
  return feed(new BpeTrainer(options), texts);
}
