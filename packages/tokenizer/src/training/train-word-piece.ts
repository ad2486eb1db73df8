import type { Tokenizer } from '../tokenizer.js';
import { learnMerges } from './learn-merges.js';
import { spellWords, type AlphabetOptions } from './spell-words.js';
import { feed, Trainer, type TrainerOptions } from './trainer.js';

export interface WordPieceTrainerOptions extends TrainerOptions, AlphabetOptions {
  /** Pairs seen less often are not merged. @default 0 */
  minFrequency?: number;
  /** The token of words that cannot be spelled; name it among the special tokens. @default '[UNK]' */
  unkToken?: string;
}

const bert = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  preTokenizer: { type: 'BertPreTokenizer' },
};

/**
 * Trains a WordPiece vocabulary as Hugging Face's `WordPieceTrainer` does, by byte-pair merges; normalizes and cuts as
 * BERT does unless the options say otherwise.
 */
export class WordPieceTrainer extends Trainer {
  private readonly wordPiece: WordPieceTrainerOptions & { continuingSubwordPrefix: string };

  constructor(options: WordPieceTrainerOptions) {
    const { normalizer = bert.normalizer, preTokenizer = bert.preTokenizer, continuingSubwordPrefix = '##' } = options;
    const { decoder = { type: 'WordPiece', prefix: continuingSubwordPrefix, cleanup: true } } = options;
    super(options, { normalizer, preTokenizer, decoder });
    this.wordPiece = { ...options, continuingSubwordPrefix };
  }

  finish(): Tokenizer {
    const { vocabSize, minFrequency, continuingSubwordPrefix, unkToken = '[UNK]', onProgress } = this.wordPiece;
    const { tokens, words } = spellWords(this.words(), this.specials, this.wordPiece);
    if (tokens.length > vocabSize)
      throw new RangeError(
        `WordPieceTrainer: vocabSize (${vocabSize}) must be at least ${tokens.length}: ` +
          `${this.specials.length} special tokens and the characters of the text, at and after the start of words`,
      );
    learnMerges(words, {
      tokens,
      vocabSize,
      minFrequency,
      continuingPrefix: continuingSubwordPrefix,
      onProgress: (done) => onProgress?.({ stage: 'learn', done, total: vocabSize }),
    });
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    return this.build(
      {
        type: 'WordPiece',
        unk_token: unkToken,
        continuing_subword_prefix: continuingSubwordPrefix,
        max_input_chars_per_word: 100,
        vocab,
      },
      (token) => vocab[token]!,
    );
  }
}

/** Trains a WordPiece vocabulary on one text, or on several that are cut independently. */
export function trainWordPiece(texts: string | Iterable<string>, options: WordPieceTrainerOptions): Tokenizer {
  return feed(new WordPieceTrainer(options), texts);
}
