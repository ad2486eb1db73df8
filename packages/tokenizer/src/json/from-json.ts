import type { AddedToken, TokenizerParts } from '../types.js';
import { readAddedTokens } from './added-tokens.js';
import { readDecoder } from './decoders/index.js';
import { readPadding, readTruncation } from './length-options.js';
import { readModel } from './models/index.js';
import { UnigramModel } from './models/unigram.js';
import { readNormalizer } from './normalizers/index.js';
import { readPostProcessor } from './post-processors/index.js';
import { readPreTokenizer } from './pre-tokenizers/index.js';
import { JsonReader } from './reader.js';

/**
 * The parts that a `tokenizer.json` describes, the untyped forms of early versions included.
 *
 * @throws TypeError or RangeError with a sentence that names the path and what was expected there.
 */
export function partsFromJSON(json: unknown): TokenizerParts {
  const file = new JsonReader(json, '$');
  const preTokenizer = file.get('pre_tokenizer').or(null, (r) => readPreTokenizer(r));
  const model = readModel(file.get('model'), preTokenizer?.toJSON() ?? null);
  const addedTokens = file.get('added_tokens').or([], (r) => readAddedTokens(r, model));
  return {
    normalizer: file.get('normalizer').or(null, (r) => readNormalizer(r)),
    addedTokens,
    preTokenizer,
    model: model instanceof UnigramModel ? model.without(specialIds(addedTokens)) : model,
    postProcessor: file.get('post_processor').or(null, (r) => readPostProcessor(r)),
    decoder: file.get('decoder').or(null, (r) => readDecoder(r)),
    truncation: file.get('truncation').or(null, readTruncation),
    padding: file.get('padding').or(null, readPadding),
  };
}

// a unigram model would find the spelling of a special token in any text, as it is in its vocabulary
const specialIds = (tokens: readonly AddedToken[]) => tokens.filter(({ special }) => special).map(({ id }) => id);
