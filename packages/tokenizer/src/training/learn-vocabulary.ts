import { learnMerges } from './learn-merges.js';
import { spellWords, type AlphabetOptions } from './spell-words.js';
import type { TrainerOptions } from './trainer.js';

export interface MergeOptions extends TrainerOptions, AlphabetOptions {
  /** Pairs seen less often are not merged. @default 0 */
  minFrequency?: number;
  /** Longest token, in characters (bytes, for a byte-level vocabulary). @default none */
  maxTokenLength?: number;
}

/**
 * Special tokens, the alphabet of the words and what byte-pair merges make of it.
 *
 * @throws `RangeError` where the first two alone are more than `vocabSize`
 */
export function learnVocabulary(
  words: Iterable<[string, number]>,
  specials: readonly string[],
  options: MergeOptions,
): { vocab: Record<string, number>; merges: [left: string, right: string][] } {
  const { vocabSize, minFrequency, maxTokenLength, continuingSubwordPrefix, onProgress } = options;
  const { tokens, words: spelled } = spellWords(words, specials, options);
  if (tokens.length > vocabSize)
    throw new RangeError(
      `training: vocabSize (${vocabSize}) must be at least ${tokens.length}: ` +
        `${specials.length} special tokens and an alphabet of ${tokens.length - specials.length}`,
    );
  const merges = learnMerges(spelled, {
    tokens,
    vocabSize,
    minFrequency,
    maxTokenLength,
    continuingPrefix: continuingSubwordPrefix,
    onProgress: (done) => onProgress?.({ stage: 'learn', done, total: vocabSize }),
  });
  return {
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: merges.map(([left, right]) => [tokens[left]!, tokens[right]!]),
  };
}
