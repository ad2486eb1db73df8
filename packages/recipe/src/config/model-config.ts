import type { Gpt2Config } from '@ashlar/transformer';
import { check, checkBelow, checkWhole } from './checks.js';

/** How text becomes tokens. */
export interface TokenizerConfig {
  /** One token for each distinct character, for each byte, or learnt byte-pair encoding. */
  kind: 'characters' | 'bytes' | 'bpe';
  /** Tokens of a byte-pair encoding, 256 or more. The others need no number. */
  vocabSize: number | null;
}

/** The sizes of a GPT-2 model; the vocabulary is the tokenizer's. */
export interface ModelConfig extends Required<Omit<Gpt2Config, 'vocabSize' | 'intermediateSize'>> {
  /** Width of the MLP; null is four times `hiddenSize`. */
  intermediateSize: number | null;
}

/** A model config with GPT-2's defaults filled in. */
export const model = ({
  contextLength,
  hiddenSize,
  numLayers,
  numHeads,
  intermediateSize,
  activation = 'gelu_new',
  layerNormEps = 1e-5,
  dropout = 0,
  bias = true,
  initializerRange = 0.02,
}: Omit<Gpt2Config, 'vocabSize'>): ModelConfig => ({
  contextLength,
  hiddenSize,
  numLayers,
  numHeads,
  intermediateSize: intermediateSize ?? null,
  activation,
  layerNormEps,
  dropout,
  bias,
  initializerRange,
});

/** What `Gpt2` takes. */
export const gpt2Config = ({ intermediateSize, ...sizes }: ModelConfig, vocabSize: number): Gpt2Config => ({
  ...sizes,
  vocabSize,
  ...(intermediateSize !== null && { intermediateSize }),
});

/** @throws RangeError of one sentence */
export function checkTokenizer({ kind, vocabSize }: TokenizerConfig): void {
  check(['characters', 'bytes', 'bpe'].includes(kind), 'tokenizer.kind', 'characters, bytes or bpe', kind);
  if (kind === 'bpe') checkWhole('tokenizer.', 256, { vocabSize: vocabSize ?? 0 });
}

/** @throws RangeError of one sentence for the first size that cannot work; `part` is where the sizes stand */
export function checkModel(sizes: ModelConfig, part = 'model.'): void {
  const { contextLength, hiddenSize, numLayers, numHeads, intermediateSize, activation, dropout, initializerRange } =
    sizes;
  checkWhole(part, 1, { contextLength, hiddenSize, numLayers, numHeads });
  if (intermediateSize !== null) checkWhole(part, 1, { intermediateSize });
  check(hiddenSize % numHeads === 0, `${part}hiddenSize`, `a multiple of numHeads (${numHeads})`, hiddenSize);
  const activations = ['gelu', 'gelu_new', 'relu', 'silu'];
  check(activations.includes(activation), `${part}activation`, 'gelu, gelu_new, relu or silu', activation);
  checkBelow(part, 1, { dropout });
  checkBelow(part, Infinity, { initializerRange });
}
