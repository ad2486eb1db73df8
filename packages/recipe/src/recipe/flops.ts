import { parameterAccount, type Gpt2Config } from '@ashlar/transformer';

/**
 * Floating-point operations of a forward pass: two for each weight of a matrix and each token, and four for each pair of
 * tokens in a context, layer and channel, of which causal attention needs half (Kaplan et al. 2020; PaLM, appendix B).
 *
 * @param seqLength tokens in a row
 */
export function forwardFlops(config: Gpt2Config, tokens: number, seqLength: number): number {
  const { attention, mlp, unembedding } = parameterAccount(config).textbook;
  return tokens * (2 * (attention + mlp + unembedding) + 2 * config.numLayers * config.hiddenSize * seqLength);
}

/** Of training: the backward pass takes twice the forward one; where only adapters learn, about as much again. */
export const trainingFlops = (forward: number, { adapters = false } = {}): number => forward * (adapters ? 2 : 3);
