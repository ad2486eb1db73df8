import type { Json, TokenizerJson, TokenizerParts } from "../types.js";

/** The `tokenizer.json` that describes these parts. */
export function partsToJSON(parts: TokenizerParts): TokenizerJson {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: (parts.addedTokens ?? []).map((t): Json => ({
      id: t.id,
      content: t.content,
      single_word: t.singleWord,
      lstrip: t.lstrip,
      rstrip: t.rstrip,
      normalized: t.normalized,
      special: t.special,
    })),
    normalizer: parts.normalizer?.toJSON() ?? null,
    pre_tokenizer: parts.preTokenizer?.toJSON() ?? null,
    post_processor: parts.postProcessor?.toJSON() ?? null,
    decoder: parts.decoder?.toJSON() ?? null,
    model: parts.model.toJSON(),
  };
}
