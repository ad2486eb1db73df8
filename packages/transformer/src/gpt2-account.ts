import { completeGpt2Config, type Gpt2Config } from './gpt2-config.js';

/** Where the parameters of a GPT-2 model are. */
export interface ParameterAccount {
  /** Matrices as textbooks count them: an unembedding of its own, neither biases, norms nor positions. */
  textbook: { tokenEmbedding: number; unembedding: number; attention: number; mlp: number; total: number };
  /** What the model really holds. */
  actual: {
    tokenEmbedding: number;
    positionEmbedding: number;
    attention: number;
    mlp: number;
    /** Biases of linear layers, gains and biases of norms. */
    vectors: number;
    total: number;
  };
}

/**
 * Counts a model's parameters without making it, twice: as textbooks do and as they are.
 *
 * The two differ mostly by the unembedding, which GPT-2 and GPT-3 tie to the token embedding: GPT-3 Small counts
 * 161.7 million in the first way and was published as 125 million.
 */
export function parameterAccount(config: Gpt2Config): ParameterAccount {
  const { vocabSize, contextLength, hiddenSize: d, numLayers, intermediateSize, bias } = completeGpt2Config(config);
  const tokenEmbedding = vocabSize * d;
  const attention = numLayers * 4 * d * d;
  const mlp = numLayers * 2 * d * intermediateSize;
  const norms = (2 * numLayers + 1) * d * (bias ? 2 : 1);
  const biases = bias ? numLayers * (5 * d + intermediateSize) : 0;
  const positionEmbedding = contextLength * d;
  const vectors = norms + biases;
  return {
    textbook: {
      tokenEmbedding,
      unembedding: tokenEmbedding,
      attention,
      mlp,
      total: 2 * tokenEmbedding + attention + mlp,
    },
    actual: {
      tokenEmbedding,
      positionEmbedding,
      attention,
      mlp,
      vectors,
      total: tokenEmbedding + positionEmbedding + attention + mlp + vectors,
    },
  };
}
