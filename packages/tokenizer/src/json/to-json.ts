import type { TokenizerJson, TokenizerParts } from '../types.js';
import { addedTokenJson } from './added-tokens.js';
import { paddingJson, truncationJson } from './length-options.js';

/** The `tokenizer.json` that describes these parts; added tokens in the order of their ids. */
export function partsToJSON(parts: TokenizerParts): TokenizerJson {
  return {
    version: '1.0',
    truncation: parts.truncation ? truncationJson(parts.truncation) : null,
    padding: parts.padding ? paddingJson(parts.padding) : null,
    added_tokens: [...(parts.addedTokens ?? [])].sort((a, b) => a.id - b.id).map(addedTokenJson),
    normalizer: parts.normalizer?.toJSON() ?? null,
    pre_tokenizer: parts.preTokenizer?.toJSON() ?? null,
    post_processor: parts.postProcessor?.toJSON() ?? null,
    decoder: parts.decoder?.toJSON() ?? null,
    model: parts.model.toJSON(),
  };
}
