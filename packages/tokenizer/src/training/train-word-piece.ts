import type { Tokenizer } from '../tokenizer.js';
import { learnVocabulary, type MergeOptions } from './learn-vocabulary.js';
import { feed, Trainer } from './trainer.js';

export interface WordPieceTrainerOptions extends Omit<MergeOptions, 'maxTokenLength'> {
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
  readonly #wordPiece: WordPieceTrainerOptions & { continuingSubwordPrefix: string };

  constructor(options: WordPieceTrainerOptions) {
    const { normalizer = bert.normalizer, preTokenizer = bert.preTokenizer, continuingSubwordPrefix = '##' } = options;
    const { decoder = { type: 'WordPiece', prefix: continuingSubwordPrefix, cleanup: true } } = options;
    super(options, { normalizer, preTokenizer, decoder });
    this.#wordPiece = { ...options, continuingSubwordPrefix };
  }

  finish(): Tokenizer {
    const { continuingSubwordPrefix, unkToken = '[UNK]' } = this.#wordPiece;
    const { vocab } = learnVocabulary(this.words(), this.specials, this.#wordPiece);
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
