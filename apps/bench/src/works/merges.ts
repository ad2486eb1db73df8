/** The merges of a `tokenizer.json`. */
export const mergesOf = (json: object) => (json as { model: { merges: [string, string][] } }).model.merges;
