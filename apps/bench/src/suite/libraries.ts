/** Everyone who takes turns at some case. */
export const libraries = ['ashlar', 'tfjs', 'tfjs-transposed', 'jax-js', 'genai-nanogpt', 'onnxruntime-node', 'pytorch', 'gpt-tokenizer', 'js-tiktoken', 'tiktoken', 'tokenizers'] as const; // prettier-ignore
export type Library = (typeof libraries)[number];
